// The small part of GitHub's GraphQL that exists nowhere else: un-drafting, drafting, auto-merge, revert.
import { buildSchema, graphql } from 'graphql';
import type { Actor, Core, JsonObject, WorldRequest } from './contract.ts';
import type { Git } from './git.ts';
import type { Merge } from './merge.ts';
import type { Pulls } from './pulls.ts';
import type { Rights } from './rights.ts';
import { githubError } from './router.ts';
import type { AutoMerge, PullRow, RepoRow, UserRow } from './rows.ts';

const SDL = `
  type Query { viewer: Actor! node(id: ID!): PullRequest repository(owner: String!, name: String!): Repository }
  interface Actor { login: String! }
  type User implements Actor { login: String! databaseId: Int }
  type Bot implements Actor { login: String! databaseId: Int }
  type Repository {
    id: ID! nameWithOwner: String! issue(number: Int!): Issue pullRequest(number: Int!): PullRequest
  }
  type Issue { number: Int! lastEditedAt: String editor: Actor }
  enum PullRequestMergeMethod { MERGE SQUASH REBASE }
  type AutoMergeRequest { mergeMethod: PullRequestMergeMethod! enabledAt: String! }
  type PullRequest {
    id: ID! number: Int! title: String! isDraft: Boolean! state: String! merged: Boolean!
    headRefOid: String! headRefName: String! baseRefName: String! autoMergeRequest: AutoMergeRequest
  }
  input MarkPullRequestReadyForReviewInput { pullRequestId: ID! clientMutationId: String }
  input ConvertPullRequestToDraftInput { pullRequestId: ID! clientMutationId: String }
  input DisablePullRequestAutoMergeInput { pullRequestId: ID! clientMutationId: String }
  input EnablePullRequestAutoMergeInput {
    pullRequestId: ID! mergeMethod: PullRequestMergeMethod = MERGE commitHeadline: String commitBody: String
    expectedHeadOid: String authorEmail: String clientMutationId: String
  }
  input RevertPullRequestInput { pullRequestId: ID! title: String body: String draft: Boolean clientMutationId: String }
  type PullRequestPayload { pullRequest: PullRequest clientMutationId: String }
  type RevertPayload { pullRequest: PullRequest revertPullRequest: PullRequest clientMutationId: String }
  type Mutation {
    markPullRequestReadyForReview(input: MarkPullRequestReadyForReviewInput!): PullRequestPayload
    convertPullRequestToDraft(input: ConvertPullRequestToDraftInput!): PullRequestPayload
    enablePullRequestAutoMerge(input: EnablePullRequestAutoMergeInput!): PullRequestPayload
    disablePullRequestAutoMerge(input: DisablePullRequestAutoMergeInput!): PullRequestPayload
    revertPullRequest(input: RevertPullRequestInput!): RevertPayload
  }`;

/** An error with GitHub's `type`: NOT_FOUND, FORBIDDEN, UNPROCESSABLE. */
class GraphqlRefusal extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

interface PullInput {
  input: { pullRequestId: string };
}
interface AutoMergeInput {
  input: { pullRequestId: string; mergeMethod: string; commitHeadline?: string; commitBody?: string };
}
interface RevertInput {
  input: { pullRequestId: string; title?: string; body?: string; draft?: boolean };
}

export interface GraphqlDeps {
  git: Git;
  rights: Rights;
  pulls: Pulls;
  merge: Merge;
  /** The world's switch: GitHub refuses un-drafting to some App tokens. */
  refusesUndraft(): boolean;
}

/** Returns the retry of auto-merge, to be called whenever something that could unblock it happened. */
export function installGraphql(core: Core, deps: GraphqlDeps): (full: string) => Promise<void> {
  const { git, rights, pulls, merge } = deps;
  const schema = buildSchema(SDL);
  const table = core.emulate.table('pull_requests');

  const repoOf = (pull: PullRow): RepoRow => {
    const repo = core.emulate.table('repos').get(pull.repo_id);
    if (!repo) throw new GraphqlRefusal('NOT_FOUND', 'Could not resolve to a Repository.');
    return repo;
  };
  const shown = (pull: PullRow) => ({
    id: pull.node_id,
    number: pull.number,
    title: pull.title,
    isDraft: pull.draft,
    merged: pull.merged,
    state: pull.merged ? 'MERGED' : pull.state.toUpperCase(),
    headRefOid: pull.head_sha,
    headRefName: pull.head_ref,
    baseRefName: pull.base_ref,
    autoMergeRequest: pull.auto_merge && {
      mergeMethod: pull.auto_merge.merge_method.toUpperCase(),
      enabledAt: pull.auto_merge.enabled_at,
    },
  });

  const actorShown = (user: UserRow | undefined) =>
    user && { __typename: user.type === 'User' ? 'User' : 'Bot', login: user.login, databaseId: user.id };

  /** emulate notes edits as events; GitHub shows the last one here only. */
  function lastEditOf(repo: RepoRow, number: number) {
    const edit = core.emulate
      .table('issue_events')
      .findBy('repo_id', repo.id)
      .filter((event) => event.issue_number === number && event.event === 'edited')
      .at(-1);
    const editor = edit && actorShown(core.emulate.table('users').get(edit.actor_id));
    return { number, lastEditedAt: edit?.created_at ?? null, editor: editor ?? null };
  }

  function resolvers(request: WorldRequest) {
    const { actor } = request;
    const readable = (id: string): PullRow => {
      const pull = core.emulate.find('pull_requests', (p) => p.node_id === id);
      if (!pull || !rights.can(actor, repoOf(pull), 'read', ['pull_requests'], 'read')) {
        throw new GraphqlRefusal('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
      }
      return pull;
    };
    const writable = (id: string): PullRow => {
      const pull = readable(id);
      const own = pull.user_id === core.userOf(actor)?.id && actor.kind === 'user';
      if (own || rights.can(actor, repoOf(pull), 'write', ['pull_requests'])) return pull;
      throw new GraphqlRefusal('FORBIDDEN', 'Resource not accessible by integration');
    };
    async function change(pull: PullRow, patch: Partial<PullRow>, action: string) {
      const now = table.update(pull.id, patch) ?? pull;
      const full = repoOf(pull).full_name;
      const fresh = await pulls.refresh(full, now);
      const payload = { number: pull.number, pull_request: await pulls.json(full, pull.number) };
      await core.announce('pull_request', action, payload, full, actor);
      return { pullRequest: shown(fresh) };
    }
    return {
      viewer: () => actorShown(core.userOf(actor)),
      node: ({ id }: { id: string }) => shown(readable(id)),
      repository({ owner, name }: { owner: string; name: string }) {
        const repo = core.repo(`${owner}/${name}`);
        if (!repo || !rights.can(actor, repo, 'read', ['metadata'], 'read')) {
          throw new GraphqlRefusal('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
        }
        const pullRequest = ({ number }: { number: number }) => {
          const pull = pulls.find(repo.full_name, number);
          return pull && shown(pull);
        };
        const issue = ({ number }: { number: number }) => lastEditOf(repo, number);
        return { id: repo.node_id, nameWithOwner: repo.full_name, issue, pullRequest };
      },
      markPullRequestReadyForReview({ input }: PullInput) {
        if (deps.refusesUndraft() && actor.kind === 'installation') {
          throw new GraphqlRefusal('FORBIDDEN', 'Resource not accessible by integration');
        }
        const pull = writable(input.pullRequestId);
        return pull.draft ? change(pull, { draft: false }, 'ready_for_review') : { pullRequest: shown(pull) };
      },
      convertPullRequestToDraft: ({ input }: PullInput) =>
        change(writable(input.pullRequestId), { draft: true }, 'converted_to_draft'),
      async enablePullRequestAutoMerge({ input }: AutoMergeInput) {
        const pull = writable(input.pullRequestId);
        const now = await pulls.refresh(repoOf(pull).full_name, pull);
        if (now.mergeable_state === 'clean') {
          throw new GraphqlRefusal('UNPROCESSABLE', 'Pull request Pull request is in clean status');
        }
        const auto_merge: AutoMerge = {
          enabled_by: null,
          enabled_at: new Date().toISOString(),
          merge_method: input.mergeMethod.toLowerCase(),
          commit_title: input.commitHeadline ?? null,
          commit_message: input.commitBody ?? null,
          by: actor,
        };
        return change(pull, { auto_merge }, 'auto_merge_enabled');
      },
      disablePullRequestAutoMerge: ({ input }: PullInput) =>
        change(writable(input.pullRequestId), { auto_merge: null }, 'auto_merge_disabled'),
      revertPullRequest: ({ input }: RevertInput) => revert(request, writable(input.pullRequestId), input),
    };
  }

  async function revert(request: WorldRequest, pull: PullRow, input: RevertInput['input']) {
    const full = repoOf(pull).full_name;
    const branch = `revert-${pull.number}-${pull.head_ref}`;
    if (!pull.merged) throw new GraphqlRefusal('UNPROCESSABLE', 'Pull request is not merged');
    await git.toGit(full);
    const tip = await git.text(full, ['rev-parse', `refs/heads/${pull.base_ref}`]);
    const merged = pull.merge_commit_sha ?? '';
    const tree = await git.mergeTree(full, merged, tip, await git.text(full, ['rev-parse', `${merged}^1`]));
    if (tree === undefined) throw new GraphqlRefusal('UNPROCESSABLE', 'Pull request could not be reverted');
    const github = { NAME: 'GitHub', EMAIL: 'noreply@github.com' };
    const env = Object.fromEntries(
      Object.entries(github).flatMap(([k, v]) => [
        [`GIT_AUTHOR_${k}`, v],
        [`GIT_COMMITTER_${k}`, v],
      ]),
    );
    const title = `Revert "${pull.title}"`;
    const message = `Revert "${pull.title} (#${pull.number})"`;
    const sha = await git.text(full, ['commit-tree', tree, '-p', tip, '-m', message], { env });
    (await git.toEmulate(full, [sha]))();
    const as = (path: string, body: JsonObject) =>
      core.as<{ id: number }>(String(request.headers.authorization), 'POST', `/repos/${full}${path}`, body);
    await as('/git/refs', { ref: `refs/heads/${branch}`, sha });
    const made = await as('/pulls', {
      title: input.title ?? title,
      body: input.body ?? `Reverts ${full}#${pull.number}`,
      head: branch,
      base: pull.base_ref,
      draft: input.draft ?? false,
    });
    const row = table.get(made.json.id);
    return { pullRequest: shown(pull), revertPullRequest: row && shown(row) };
  }

  core.route('POST', '/graphql', async (request) => {
    if (request.actor.kind === 'anonymous') {
      return githubError(401, 'This endpoint requires you to be authenticated.');
    }
    const { query, variables } = request.body as { query?: string; variables?: JsonObject };
    const source = query ?? '';
    const out = await graphql({ schema, source, variableValues: variables ?? {}, rootValue: resolvers(request) });
    const errors = out.errors?.map(({ originalError, path, locations, message }) => {
      if (originalError && !(originalError instanceof GraphqlRefusal)) core.errors.push(originalError);
      const type = originalError instanceof GraphqlRefusal ? originalError.type : undefined;
      return { ...(type && { type }), path, locations, message };
    });
    return { status: 200, json: { ...(out.data && { data: out.data }), ...(errors && { errors }) } };
  });

  return async (full) => {
    for (const pull of table.findBy('repo_id', core.repo(full)?.id ?? 0)) {
      if (pull.state !== 'open' || !pull.auto_merge) continue;
      if ((await pulls.refresh(full, pull)).mergeable_state !== 'clean') continue;
      const { merge_method, commit_title, by } = pull.auto_merge;
      const body = { merge_method, ...(commit_title && { commit_title }) };
      await merge(full, pull.number, by as Actor, body);
    }
  };
}
