// Merging as git does it: the head as it is now on the base as it is now. emulate would lose later pushes to either.
import type { Blockers } from './blockers.ts';
import type { Actor, Core, JsonObject, WorldAnswer } from './contract.ts';
import type { Git } from './git.ts';
import type { Moved, Pulls } from './pulls.ts';
import { githubError } from './router.ts';
import type { PullRow, RepoRow } from './rows.ts';

export type Merge = (full: string, number: number, actor: Actor, body: JsonObject) => Promise<WorldAnswer>;

const CLOSES = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)/gi;
const METHODS = ['merge', 'squash', 'rebase'];

export function createMerge(core: Core, git: Git, pulls: Pulls, blockers: Blockers): Merge {
  const { emulate } = core;
  /** One merge at a time in the whole world: two on one base would both build on the old tip. */
  let turn: Promise<unknown> = Promise.resolve();

  const merge: Merge = async (full, number, actor, body) => {
    const mine = turn.then(() => mergeNow(full, number, actor, body));
    turn = mine.catch(() => undefined); // its caller hears of the failure
    const { answer, tell } = await mine;
    await tell?.(); // outside the turn: telling waits for the queue of events, which may itself be merging
    return answer;
  };

  interface Outcome {
    answer: WorldAnswer;
    tell?: () => Promise<void>;
  }

  async function mergeNow(full: string, number: number, actor: Actor, body: JsonObject): Promise<Outcome> {
    const repo = core.repo(full);
    const found = pulls.find(full, number);
    if (!repo || !found) return { answer: githubError(404, 'Not Found') };
    const pull = await pulls.refresh(full, found);
    const method = String(body.merge_method ?? 'merge');
    if (!METHODS.includes(method)) return { answer: githubError(422, 'Invalid merge method') };
    const refusal = await refuse(repo, pull, body.sha);
    if (refusal) return { answer: refusal };
    const sha = await commit(repo, pull, actor, method, body);
    if (sha === undefined) return { answer: githubError(405, 'Rebase conflict') };
    const moved = await record(repo, pull, actor, sha);
    return {
      answer: { status: 200, json: { sha, merged: true, message: 'Pull Request successfully merged' } },
      tell: () => tell(repo, pull, actor, sha, moved),
    };
  }

  async function refuse(repo: RepoRow, pull: PullRow, sha: unknown): Promise<WorldAnswer | undefined> {
    if (pull.merged || pull.state === 'closed') return githubError(405, 'Pull Request is not mergeable');
    if (pull.draft) return githubError(405, 'Pull Request is still a draft');
    if (sha !== undefined && sha !== pull.head_sha) {
      return githubError(409, 'Head branch was modified. Review and try the merge again.');
    }
    const blocked = blockers.list(repo, pull);
    if (blocked.length > 0) return githubError(405, blocked.join(' '));
    if (await blockers.isBehind(repo, pull)) return githubError(405, 'Head branch is out of date with the base branch');
    return pull.mergeable ? undefined : githubError(405, 'Merge conflict');
  }

  /** The new tip of the base; undefined: a commit does not apply (rebase only). */
  async function commit(repo: RepoRow, pull: PullRow, actor: Actor, method: string, body: JsonObject) {
    const full = repo.full_name;
    const by = core.userOf(actor);
    const env = {
      GIT_AUTHOR_NAME: by?.name ?? by?.login ?? '',
      GIT_AUTHOR_EMAIL: by?.email ?? `${by?.login}@users.noreply.github.com`,
      GIT_COMMITTER_NAME: 'GitHub',
      GIT_COMMITTER_EMAIL: 'noreply@github.com',
    };
    const make = (tree: string, parents: string[], message: string) =>
      git.text(full, ['commit-tree', tree, ...parents.flatMap((p) => ['-p', p]), '-F', '-'], { env, input: message });
    const range = `${pull.base_sha}..${pull.head_sha}`;
    const log = (await git.text(full, ['log', '--reverse', '--format=%H %s', range])).split('\n').filter(Boolean);
    if (method === 'rebase') {
      let tip = pull.base_sha;
      for (const line of log) {
        const id = line.slice(0, 40);
        const tree = await git.mergeTree(full, `${id}^`, tip, id);
        if (tree === undefined) return undefined;
        tip = await make(tree, [tip], await git.text(full, ['log', '-1', '--format=%B', id]));
      }
      return tip;
    }
    const squash = method === 'squash';
    const usual = squash
      ? `${log.length === 1 ? log[0]?.slice(41) : pull.title} (#${pull.number})`
      : `Merge pull request #${pull.number} from ${full.split('/')[0]}/${pull.head_ref}`;
    const tree =
      (await git.text(full, ['merge-tree', '--write-tree', pull.base_sha, pull.head_sha])).split('\n')[0] ?? '';
    const message = [body.commit_title ?? usual, body.commit_message].filter(Boolean).join('\n\n');
    return make(tree, squash ? [pull.base_sha] : [pull.base_sha, pull.head_sha], message);
  }

  async function record(repo: RepoRow, pull: PullRow, actor: Actor, sha: string): Promise<Moved[]> {
    const full = repo.full_name;
    const by = core.userOf(actor)?.id ?? null;
    (await git.toEmulate(full, [sha]))();
    const ref = emulate.find('refs', (r) => r.repo_id === repo.id && r.ref === `refs/heads/${pull.base_ref}`);
    const branch = emulate.find('branches', (b) => b.repo_id === repo.id && b.name === pull.base_ref);
    if (ref) emulate.table('refs').update(ref.id, { sha });
    if (branch) emulate.table('branches').update(branch.id, { sha });
    const closed_at = new Date().toISOString();
    const closed = { state: 'closed', closed_at };
    const merged = { merged: true, merged_at: closed_at, merged_by_id: by, merge_commit_sha: sha };
    emulate.table('pull_requests').update(pull.id, { ...closed, ...merged });
    const issue = emulate.find('issues', (i) => i.repo_id === repo.id && i.number === pull.number);
    if (issue) emulate.table('issues').update(issue.id, { ...closed, closed_by_id: by });
    return pulls.branchMoved(full, `refs/heads/${pull.base_ref}`, sha);
  }

  /** In the order that people see it: the pull request closes, the base moves, its issues close. */
  async function tell(repo: RepoRow, pull: PullRow, actor: Actor, sha: string, moved: Moved[]): Promise<void> {
    const full = repo.full_name;
    await core.next(async () => {
      const pull_request = await pulls.json(full, pull.number);
      await core.announce('pull_request', 'closed', { number: pull.number, pull_request }, full, actor);
      const push = { full, ref: `refs/heads/${pull.base_ref}`, before: pull.base_sha, after: sha, cause: actor, moved };
      await pulls.pushed(push);
    });
    if (pull.base_ref !== repo.default_branch) return; // GitHub closes issues only from the default branch
    for (const [, number] of `${pull.body ?? ''}`.matchAll(CLOSES)) {
      const body = { state: 'closed', state_reason: 'completed' };
      const token = closer(actor);
      await core.as(`Bearer ${token}`, 'PATCH', `/repos/${full}/issues/${number}`, body);
      if (token !== actor.token) core.revokeToken(token);
    }
  }

  /** GitHub closes the issue in the merger's name, whatever the token may do with issues. */
  function closer(actor: Actor): string {
    if (actor.kind !== 'installation') return actor.token ?? '';
    const { installation } = actor;
    return core.grantToken({ ...installation, permissions: { ...installation.permissions, issues: 'write' } });
  }

  return merge;
}
