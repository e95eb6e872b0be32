// Bare repositories kept in step with emulate, both ways. Objects move as raw bytes and keep their SHA.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { GIT_ENV, gitRoot, initBare } from './bare-repository.ts';
import type { Core } from './contract.ts';
import {
  blobBytes,
  commitBytes,
  parseBlob,
  parseCommit,
  parseTag,
  parseTree,
  type RawObject,
  readBatch,
  tagBytes,
  treeBytes,
  writeLoose,
} from './git-objects.ts';
import type { RepoRow } from './rows.ts';

const run = promisify(execFile);

interface GitOptions {
  env?: Record<string, string>;
  input?: string;
}

export interface Git {
  /** The bare repository's folder, made when first asked for. */
  ensure(full: string): Promise<string>;
  /** Brings what emulate knows into git: objects, branches, tags and refs/pull/N/head. Waits for a push under way. */
  toGit(full: string): Promise<void>;
  /** Puts the objects of `tips` into emulate's store; call the result once git has really kept them. */
  toEmulate(full: string, tips: string[], env?: Record<string, string>): Promise<() => void>;
  /** Raw git on the bare repository, without bringing it up to date. Rejects when git fails. */
  raw(full: string, args: string[], options?: GitOptions): Promise<Buffer>;
  /** As `raw`, trimmed text. */
  text(full: string, args: string[], options?: GitOptions): Promise<string>;
  /** Three-way merge of trees with a base of our choice, without a work tree; undefined on conflict. */
  mergeTree(full: string, base: string, ours: string, theirs: string): Promise<string | undefined>;
  /** Runs while nobody may read or move refs of the repository: a push in quarantine. */
  lock(full: string, until: Promise<void>): void;
  locked(full: string): Promise<void> | undefined;
}

export function createGit(core: Core): Git {
  const { emulate, root } = core;
  const inGit = new Map<string, Set<string>>();
  const pushing = new Map<string, Promise<void>>();
  const dirOf = (full: string) => path.join(gitRoot(root), `${full}.git`);
  const seenOf = (full: string): Set<string> => {
    const seen = inGit.get(full) ?? new Set<string>();
    inGit.set(full, seen);
    return seen;
  };

  const raw: Git['raw'] = async (full, args, { env, input } = {}) => {
    const started = run('git', args, {
      cwd: dirOf(full),
      env: { ...GIT_ENV, ...env },
      maxBuffer: 1 << 28,
      encoding: 'buffer',
    });
    if (input !== undefined) started.child.stdin?.end(input);
    return (await started).stdout;
  };
  const text: Git['text'] = async (full, args, options) => (await raw(full, args, options)).toString().trim();

  function repoOf(full: string): RepoRow {
    const repo = core.repo(full);
    if (!repo) throw new Error(`no repository ${full} in this world`);
    return repo;
  }

  const creating = new Map<string, Promise<string>>();
  function ensure(full: string): Promise<string> {
    const made = creating.get(full) ?? initBare(dirOf(full), repoOf(full).default_branch, core.url);
    creating.set(full, made);
    return made;
  }
  /** Loose files for every object that git has not yet. */
  function writeObjects(dir: string, repo: RepoRow, seen: Set<string>): void {
    const write = (type: string, sha: string, bytes: () => Buffer | undefined) => {
      if (seen.has(sha)) return;
      const content = bytes();
      if (!content) return; // an annotated tag made by REST: emulate gives it a random SHA
      writeLoose(dir, type, content, sha);
      seen.add(sha);
    };
    for (const blob of emulate.table('blobs').findBy('repo_id', repo.id))
      write('blob', blob.sha, () => blobBytes(blob));
    for (const tree of emulate.table('trees').findBy('repo_id', repo.id))
      write('tree', tree.sha, () => treeBytes(tree));
    for (const commit of emulate.table('commits').findBy('repo_id', repo.id)) {
      write('commit', commit.sha, () => commitBytes(commit));
    }
    for (const tag of emulate.table('tags').findBy('repo_id', repo.id)) write('tag', tag.sha, () => tagBytes(tag));
  }

  /** A pull request from a fork: its commits are reachable in the base repository too. */
  async function bringForkHeads(full: string, repo: RepoRow, seen: Set<string>): Promise<void> {
    for (const pull of emulate.table('pull_requests').findBy('repo_id', repo.id)) {
      const fork = pull.head_repo_id === repo.id ? undefined : emulate.table('repos').get(pull.head_repo_id);
      if (!fork || seen.has(pull.head_sha)) continue;
      await toGit(fork.full_name);
      await raw(full, ['fetch', '-q', '--no-tags', '--no-write-fetch-head', dirOf(fork.full_name), pull.head_sha]);
      (await toEmulate(full, [pull.head_sha]))();
    }
  }

  async function updateRefs(full: string, repo: RepoRow, seen: Set<string>): Promise<void> {
    const want = new Map<string, string>();
    for (const ref of emulate.table('refs').findBy('repo_id', repo.id))
      if (seen.has(ref.sha)) want.set(ref.ref, ref.sha);
    for (const pull of emulate.table('pull_requests').findBy('repo_id', repo.id)) {
      want.set(`refs/pull/${pull.number}/head`, pull.head_sha);
    }
    const list = await text(full, ['for-each-ref', '--format=%(refname) %(objectname)']);
    const have = new Map(
      list
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(' ') as [string, string]),
    );
    const lines = [...want].filter(([ref, sha]) => have.get(ref) !== sha).map(([ref, sha]) => `update ${ref} ${sha}`);
    for (const ref of have.keys()) if (!want.has(ref)) lines.push(`delete ${ref}`);
    if (lines.length > 0) await raw(full, ['update-ref', '--stdin'], { input: `${lines.join('\n')}\n` });
  }

  const syncing = new Map<string, Promise<void>>();
  async function toGit(full: string): Promise<void> {
    for (let busy = pushing.get(full); busy; busy = pushing.get(full)) await busy;
    const dir = await ensure(full);
    const sync = async () => {
      const repo = repoOf(full);
      const seen = seenOf(full);
      writeObjects(dir, repo, seen);
      await bringForkHeads(full, repo, seen);
      await updateRefs(full, repo, seen);
    };
    const before = syncing.get(full) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(sync); // one at a time; who failed before has been told
    syncing.set(full, mine);
    await mine;
  }

  function insert(repo: RepoRow, { sha, type, bytes }: RawObject): void {
    const row = { repo_id: repo.id, sha, node_id: `${type[0]?.toUpperCase()}_${sha.slice(0, 20)}` };
    const known = (rows: { repo_id: number }[]) => rows.some((r) => r.repo_id === repo.id);
    const { table } = emulate;
    if (type === 'blob' && !known(table('blobs').findBy('sha', sha)))
      table('blobs').insert({ ...row, ...parseBlob(bytes) });
    if (type === 'tree' && !known(table('trees').findBy('sha', sha))) {
      table('trees').insert({ ...row, tree: parseTree(bytes), truncated: false });
    }
    if (type === 'tag' && !known(table('tags').findBy('sha', sha)))
      table('tags').insert({ ...row, ...parseTag(bytes) });
    if (type === 'commit' && !known(table('commits').findBy('sha', sha))) {
      table('commits').insert({ ...row, ...parseCommit(bytes), user_id: null });
    }
  }

  async function toEmulate(full: string, tips: string[], env: Record<string, string> = {}): Promise<() => void> {
    const repo = repoOf(full);
    const args = ['rev-list', '--objects', '--no-object-names', ...tips, '--not', '--all'];
    const list = (await text(full, args, { env })).split('\n').filter(Boolean);
    if (list.length === 0) return () => undefined;
    const out = await raw(full, ['cat-file', '--batch', '--buffer'], { env, input: `${list.join('\n')}\n` });
    for (const object of readBatch(out)) insert(repo, object);
    const seen = seenOf(full);
    return () => {
      for (const sha of list) seen.add(sha);
    };
  }

  // `merge-tree --merge-base` needs git 2.40, Debian 12 has 2.39: the base is expressed by synthetic commits.
  const NOBODY = { GIT_AUTHOR_NAME: 'x', GIT_AUTHOR_EMAIL: 'x', GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x' };
  async function mergeTree(full: string, base: string, ours: string, theirs: string): Promise<string | undefined> {
    const env = { ...NOBODY, GIT_AUTHOR_DATE: '@0 +0000', GIT_COMMITTER_DATE: '@0 +0000' };
    const commit = (rev: string, ...parents: string[]) =>
      text(full, ['commit-tree', `${rev}^{tree}`, ...parents, '-m', 'x'], { env });
    const start = await commit(base);
    const [left, right] = [await commit(ours, '-p', start), await commit(theirs, '-p', start)];
    return text(full, ['merge-tree', '--write-tree', left, right]).then(
      (out) => out.split('\n')[0],
      () => undefined, // exit code 1: a conflict
    );
  }

  return {
    ensure,
    toGit,
    toEmulate,
    raw,
    text,
    mergeTree,
    lock(full, until) {
      const held = until.finally(() => pushing.delete(full));
      pushing.set(full, held);
    },
    locked: (full) => pushing.get(full),
  };
}
