// Pull request routes where emulate differs: refusals on opening, fresh numbers on reading, retargeting, merging.
import type { Core, JsonObject, WorldAnswer, WorldRequest } from './contract.ts';
import { changedFiles } from './diff.ts';
import type { Git } from './git.ts';
import type { Merge } from './merge.ts';
import type { Pulls } from './pulls.ts';
import type { Rights } from './rights.ts';
import { githubError, paginate, refused } from './router.ts';
import type { PullRow, RepoRow } from './rows.ts';

const PULLS = '/repos/:owner/:repo/pulls';

export function installPullRoutes(core: Core, git: Git, rights: Rights, pulls: Pulls, merge: Merge): void {
  const { emulate } = core;
  const fullOf = (request: WorldRequest) => `${request.params.owner}/${request.params.repo}`;
  const pullOf = (request: WorldRequest): PullRow | undefined => pulls.find(fullOf(request), Number(request.params.n));
  const branch = (repo: RepoRow | undefined, name: string) =>
    emulate.find('refs', (r) => r.repo_id === repo?.id && r.ref === `refs/heads/${name}`);
  const invalid = (field: string) =>
    githubError(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', field, code: 'invalid' }] });

  /** `branch` or `owner:branch`; the owner's repository is the base or a fork of it. */
  function headOf(base: RepoRow, head: string): { repo: RepoRow | undefined; ref: string } {
    const [owner, ref] = head.includes(':') ? head.split(':') : [base.full_name.split('/')[0], head];
    const isOwners = (r: RepoRow) => r.full_name.startsWith(`${owner}/`);
    const repo = isOwners(base) ? base : emulate.find('repos', (r) => r.forked_from_id === base.id && isOwners(r));
    return { repo, ref: ref ?? '' };
  }

  /** Heads whose pull request is being made: of two requests at once GitHub refuses the second. */
  const opening = new Set<string>();

  core.route('POST', PULLS, async (request) => {
    const full = fullOf(request);
    const repo = core.repo(full);
    if (!repo) return githubError(404, 'Not Found');
    const base = String(request.body.base ?? '');
    const head = headOf(repo, String(request.body.head ?? ''));
    const tip = branch(head.repo, head.ref);
    if (!head.repo || !tip) return invalid('head');
    if (!branch(repo, base)) return invalid('base');
    if (request.actor.kind === 'user' && !rights.canWriteCode(request.actor, head.repo))
      return githubError(403, 'Forbidden');
    const same = (p: PullRow) => p.state === 'open' && p.base_ref === base && p.head_ref === head.ref;
    const open = emulate.table('pull_requests').findBy('repo_id', repo.id).filter(same);
    const pair = `${head.repo.id}:${head.ref}...${repo.id}:${base}`;
    if (opening.has(pair) || open.some((p) => p.head_repo_id === head.repo?.id)) {
      const label = `${head.repo.full_name.split('/')[0]}:${head.ref}`;
      return refused('PullRequest', `A pull request already exists for ${label}.`);
    }
    opening.add(pair);
    try {
      if (head.repo.id === repo.id && (await isEmpty(full, base, head.ref))) {
        return refused('PullRequest', `No commits between ${base} and ${head.ref}`);
      }
      return await create(request, full);
    } finally {
      opening.delete(pair);
    }
  });

  async function create(request: WorldRequest, full: string): Promise<WorldAnswer> {
    const answer = await core.pass(request);
    const made = pulls.find(full, Number((answer.json as { number?: number }).number));
    if (answer.status !== 201 || !made) return answer;
    await pulls.refresh(full, made);
    return { status: 201, json: await pulls.json(full, made.number) };
  }

  async function isEmpty(full: string, base: string, head: string): Promise<boolean> {
    await git.toGit(full);
    return (await git.text(full, ['rev-list', '--count', `refs/heads/${base}..refs/heads/${head}`])) === '0';
  }

  for (const path of [`${PULLS}/:n`, `${PULLS}/:n/commits`]) {
    core.route('GET', path, async (request) => {
      const pull = pullOf(request);
      if (pull) await pulls.refresh(fullOf(request), pull);
      return undefined; // emulate shows the fresh row
    });
  }

  core.route('GET', `${PULLS}/:n/files`, async (request) => {
    const full = fullOf(request);
    const pull = pullOf(request);
    if (!pull) return githubError(404, 'Not Found');
    await git.toGit(full);
    const files = await changedFiles(git, core.url, { full, base: pull.base_sha, head: pull.head_sha, patches: true });
    const { items, headers } = paginate(request, core.url, files);
    return { status: 200, json: items, headers };
  });

  core.route('PATCH', `${PULLS}/:n`, async (request) => {
    const full = fullOf(request);
    const pull = pullOf(request);
    const repo = core.repo(full);
    if (!pull || !repo) return githubError(404, 'Not Found');
    const { draft, ...body } = request.body; // REST cannot change it, only GraphQL can
    if (typeof body.base === 'string' && !branch(repo, body.base)) return invalid('base');
    if (body.state === 'open' && pull.merged) return refused('PullRequest', 'state cannot be changed.');
    const answer = await core.pass(request, { body });
    if (answer.status === 200 && typeof body.base === 'string' && body.base !== pull.base_ref) {
      const changes = { base: { ref: { from: pull.base_ref }, sha: { from: pull.base_sha } } };
      const now = pullOf(request);
      if (now) await pulls.refresh(full, now);
      const payload = { number: pull.number, changes, pull_request: await pulls.json(full, pull.number) };
      await core.announce('pull_request', 'edited', payload, full, request.actor);
    }
    return answer;
  });

  core.route('PUT', `${PULLS}/:n/merge`, (request) =>
    merge(fullOf(request), Number(request.params.n), request.actor, request.body),
  );

  core.route('POST', `${PULLS}/:n/reviews`, (request) => {
    const pull = pullOf(request);
    if (!pull) return githubError(404, 'Not Found');
    const { event, body } = request.body;
    const own = core.userOf(request.actor)?.id === pull.user_id;
    const refusal = (words: string): WorldAnswer => githubError(422, 'Unprocessable Entity', { errors: [words] });
    if (own && event === 'APPROVE') return refusal('Can not approve your own pull request');
    if (own && event === 'REQUEST_CHANGES') return refusal('Can not request changes on your own pull request');
    if (event !== 'APPROVE' && event !== undefined && !body) return refusal('Body can not be blank');
    return undefined;
  });

  installReviewers(core, rights, pulls);

  core.route('GET', '/repos/:owner/:repo/commits/:sha/pulls', async (request) => {
    const full = fullOf(request);
    const repo = core.repo(full);
    await git.toGit(full);
    const has = async (pull: PullRow) => {
      if (pull.head_sha === request.params.sha || pull.merge_commit_sha === request.params.sha) return true;
      const range = `${pull.base_sha}..${pull.head_sha}`;
      return (await git.text(full, ['rev-list', range])).split('\n').includes(request.params.sha ?? '');
    };
    const json: JsonObject[] = [];
    for (const pull of emulate.table('pull_requests').findBy('repo_id', repo?.id ?? 0)) {
      if (await has(pull)) json.push(await pulls.json(full, pull.number));
    }
    return { status: 200, json };
  });
}

/** Requested reviewers: collaborators only, never the author; one webhook for each. */
function installReviewers(core: Core, rights: Rights, pulls: Pulls): void {
  const PATH = `${PULLS}/:n/requested_reviewers`;
  const fullOf = (request: WorldRequest) => `${request.params.owner}/${request.params.repo}`;
  const users = (ids: number[]) =>
    Promise.all(ids.map((id) => core.personJson({ login: core.emulate.table('users').get(id)?.login ?? '' })));

  core.route('GET', PATH, async (request) => {
    const pull = pulls.find(fullOf(request), Number(request.params.n));
    if (!pull) return githubError(404, 'Not Found');
    return { status: 200, json: { users: await users(pull.requested_reviewer_ids), teams: [] } };
  });

  core.route('POST', PATH, async (request) => {
    const full = fullOf(request);
    const repo = core.repo(full);
    const pull = pulls.find(full, Number(request.params.n));
    if (!pull || !repo) return githubError(404, 'Not Found');
    const logins = (request.body.reviewers ?? []) as string[];
    const found = logins.map((login) => core.userOf({ login }));
    if (found.some((user) => user?.id === pull.user_id)) {
      return githubError(422, 'Review cannot be requested from pull request author.');
    }
    const isCollaborator = (login: string) =>
      core.emulate
        .table('collaborators')
        .findBy('repo_id', repo.id)
        .some((c) => c.user_id === core.userOf({ login })?.id) || rights.roleOf(login, repo) === 'admin';
    if (!logins.every(isCollaborator)) {
      const words = 'Reviews may only be requested from collaborators. One or more of the users is not a collaborator.';
      return githubError(422, words);
    }
    const ids = found.flatMap((user) => user?.id ?? []).filter((id) => !pull.requested_reviewer_ids.includes(id));
    const requested_reviewer_ids = [...pull.requested_reviewer_ids, ...ids];
    core.emulate.table('pull_requests').update(pull.id, { requested_reviewer_ids });
    const pull_request = await pulls.json(full, pull.number);
    for (const requested_reviewer of await users(ids)) {
      const payload = { number: pull.number, pull_request, requested_reviewer };
      await core.announce('pull_request', 'review_requested', payload, full, request.actor);
    }
    return { status: 201, json: pull_request };
  });
}
