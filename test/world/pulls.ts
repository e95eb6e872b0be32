// Pull requests that follow their branch. emulate keeps the SHAs of the moment of opening and never says `synchronize`.
import type { Blockers } from './blockers.ts';
import type { Cause, Core, JsonObject } from './contract.ts';
import { changedFiles } from './diff.ts';
import { ZERO_SHA } from './events.ts';
import type { Git } from './git.ts';
import type { PullRow, RepoRow } from './rows.ts';

/** An open pull request whose head moved; `full` is the base repository. */
export interface Moved {
  full: string;
  number: number;
  before: string;
}

export interface Push {
  full: string;
  ref: string;
  before: string;
  after: string;
  cause: Cause;
  moved: Moved[];
}

export interface Pulls {
  find(full: string, number: number): PullRow | undefined;
  /** As REST shows it. */
  json(full: string, number: number): Promise<JsonObject>;
  /** Base tip, counts and mergeability as they are now. */
  refresh(full: string, pull: PullRow): Promise<PullRow>;
  branchMoved(full: string, ref: string, after: string): Moved[];
  pushed(push: Push): Promise<void>;
  deleted(full: string, ref: string, before: string, cause: Cause): void;
}

export function createPulls(core: Core, git: Git, blockers: Blockers): Pulls {
  const { emulate } = core;
  const table = emulate.table('pull_requests');

  const find: Pulls['find'] = (full, number) =>
    table.findBy('repo_id', core.repo(full)?.id ?? 0).find((p) => p.number === number);
  const json: Pulls['json'] = async (full, number) =>
    (await core.as(core.adminToken, 'GET', `/repos/${full}/pulls/${number}`)).json;
  const tipOf = (repo: RepoRow, branch: string) =>
    emulate.find('refs', (r) => r.repo_id === repo.id && r.ref === `refs/heads/${branch}`)?.sha;

  async function refresh(full: string, pull: PullRow): Promise<PullRow> {
    const repo = core.repo(full);
    if (!repo || pull.state !== 'open') return pull;
    // Read before: a tip that moves from here on is not in git yet.
    const base = tipOf(repo, pull.base_ref) ?? pull.base_sha;
    await git.toGit(full);
    const files = await changedFiles(git, core.url, { full, base, head: pull.head_sha, patches: false });
    const commits = Number(await git.text(full, ['rev-list', '--count', `${base}..${pull.head_sha}`]));
    const mergeable = await git.raw(full, ['merge-tree', '--write-tree', '--name-only', base, pull.head_sha]).then(
      () => true,
      () => false, // exit code 1: conflicts
    );
    const now = { ...(find(full, pull.number) ?? pull), base_sha: base };
    const patch: Partial<PullRow> = {
      base_sha: base,
      commits,
      changed_files: files.length,
      additions: files.reduce((sum, file) => sum + file.additions, 0),
      deletions: files.reduce((sum, file) => sum + file.deletions, 0),
      mergeable,
      mergeable_state: await stateOf(repo, now, mergeable),
    };
    return quietly(pull.id, patch) ?? pull;
  }

  async function stateOf(repo: RepoRow, pull: PullRow, mergeable: boolean): Promise<string> {
    if (!mergeable) return 'dirty';
    if (pull.draft) return 'draft';
    if (blockers.list(repo, pull).length > 0) return 'blocked';
    return (await blockers.isBehind(repo, pull)) ? 'behind' : 'clean';
  }

  /** The store stamps updated_at on every update; recomputing is not a change that a sweep should see. */
  function quietly(id: number, patch: Partial<PullRow>): PullRow | undefined {
    const before = table.get(id)?.updated_at;
    const row = table.update(id, patch);
    if (row && before !== undefined) row.updated_at = before;
    return row;
  }

  async function synchronized(moved: Moved[], after: string, cause: Cause): Promise<void> {
    for (const { full, number, before } of moved) {
      const repo = core.repo(full);
      const pull = find(full, number);
      if (!repo || !pull) continue;
      if (blockers.dismissesStale(repo, pull.base_ref)) await dismissApprovals(repo, pull, cause);
      await refresh(full, pull);
      const payload = { number, before, after, pull_request: await json(full, number) };
      await core.announce('pull_request', 'synchronize', payload, full, cause);
    }
  }

  async function dismissApprovals(repo: RepoRow, pull: PullRow, cause: Cause): Promise<void> {
    const reviews = emulate.table('reviews');
    for (const review of reviews.findBy('repo_id', repo.id)) {
      if (review.pull_number !== pull.number || review.state !== 'APPROVED') continue;
      reviews.update(review.id, { state: 'DISMISSED' });
      const url = `/repos/${repo.full_name}/pulls/${pull.number}/reviews/${review.id}`;
      const shown = (await core.as(core.adminToken, 'GET', url)).json;
      const payload = { review: shown, pull_request: await json(repo.full_name, pull.number) };
      await core.announce('pull_request_review', 'dismissed', payload, repo.full_name, cause);
    }
  }

  const compareUrl = (full: string, before: string, after: string) =>
    `${core.url}/${full}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`;
  const pusher = (cause: Cause) => {
    const login = core.userOf(cause)?.login ?? cause.login ?? '';
    return { name: login, email: `${login}@users.noreply.github.com` };
  };

  async function commitsOf(full: string, before: string, after: string): Promise<JsonObject[]> {
    const range = before === ZERO_SHA ? [after, '-20'] : [`${before}..${after}`];
    const format = '--format=%x01%H%x00%T%x00%an%x00%ae%x00%aI%x00%B%x00';
    const log = await git.text(full, ['log', '--reverse', format, '--name-status', '--no-renames', ...range]);
    return log
      .split('\x01')
      .slice(1)
      .map((entry) => {
        const [id = '', tree_id, name, email, timestamp, message = '', files = ''] = entry.split('\0');
        const changed = files
          .trim()
          .split('\n')
          .map((line) => line.split('\t'));
        const named = (code: string) => changed.filter(([c]) => c === code).map(([, file]) => file);
        return {
          id,
          tree_id,
          distinct: true,
          message: message.trim(),
          timestamp,
          url: `${core.url}/${full}/commit/${id}`,
          author: { name, email },
          committer: { name, email },
          added: named('A'),
          removed: named('D'),
          modified: named('M'),
        };
      });
  }

  async function pushed({ full, ref, before, after, cause, moved }: Push): Promise<void> {
    await git.toGit(full);
    const created = before === ZERO_SHA;
    const forced =
      !created &&
      (await git.raw(full, ['merge-base', '--is-ancestor', before, after]).then(
        () => false,
        () => true, // exit code 1: history was rewritten
      ));
    const commits = await commitsOf(full, before, after);
    const payload = {
      ref,
      before,
      after,
      created,
      deleted: false,
      forced,
      base_ref: null,
      compare: compareUrl(full, before, after),
      commits,
      head_commit: commits.at(-1) ?? null,
      pusher: pusher(cause),
    };
    await core.announce('push', undefined, payload, full, cause);
    await synchronized(moved, after, cause);
  }

  return {
    find,
    json,
    refresh,
    pushed,
    branchMoved(full, ref, after) {
      const head = core.repo(full);
      return table
        .all()
        .filter((p) => p.state === 'open' && p.head_repo_id === head?.id)
        .filter((p) => `refs/heads/${p.head_ref}` === ref && p.head_sha !== after)
        .map((pull) => {
          const base = emulate.table('repos').get(pull.repo_id)?.full_name ?? full;
          const moved = { full: base, number: pull.number, before: pull.head_sha };
          table.update(pull.id, { head_sha: after });
          return moved;
        });
    },
    /** emulate says nothing at all about a deleted ref. */
    deleted(full, ref, before, cause) {
      void core.next(async () => {
        const short = ref.replace(/^refs\/(heads|tags)\//, '');
        const kind = ref.startsWith('refs/heads/') ? 'branch' : 'tag';
        await core.announce('delete', undefined, { ref: short, ref_type: kind, pusher_type: 'user' }, full, cause);
        const payload = {
          ref,
          before,
          after: ZERO_SHA,
          created: false,
          deleted: true,
          forced: false,
          base_ref: null,
          compare: compareUrl(full, before, ZERO_SHA),
          commits: [],
          head_commit: null,
          pusher: pusher(cause),
        };
        await core.announce('push', undefined, payload, full, cause);
      });
    },
  };
}
