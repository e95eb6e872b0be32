// The bare mirror of a repository: made once, fetched into, never checked out.
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Retryable } from '../../src/errors.ts';
import type { Askpass } from './askpass.ts';
import type { GitAuth, GitRepo, GitWriter } from './contract.ts';
import type { Git } from './git-process.ts';
import type { Mutex } from './mutex.ts';
import { mirrorDirectory, ref, remoteUrl, sha } from './names.ts';

export type MirrorTools = { git: Git; dataDir: string; allowFile: boolean; askpass: Askpass; mutex: Mutex };

/** Made aside and moved into place, so a crash leaves no half repository. */
export const ensureMirror = async (
  { git, dataDir }: Pick<MirrorTools, 'git' | 'dataDir'>,
  repo: GitRepo,
): Promise<string> => {
  const directory = mirrorDirectory(dataDir, repo);
  if (existsSync(directory)) return directory;
  await mkdir(dirname(directory), { recursive: true, mode: 0o700 });
  const fresh = `${directory}.new`;
  await rm(fresh, { recursive: true, force: true });
  await git.read({ directory: fresh, args: ['init', '--quiet', '--bare', '--template='] });
  await rename(fresh, directory);
  return directory;
};

const transportFailed = (what: string, stderr: string): Retryable =>
  new Retryable(`git ${what} failed: ${stderr.trim().slice(-500)}`);

/** Where refs of the remote stand; those that do not exist are missing from the map. */
const listRemote = async (tools: MirrorTools, repo: GitRepo, auth: GitAuth, refs: readonly string[]) => {
  const directory = await ensureMirror(tools, repo);
  const args = ['ls-remote', '--quiet', '--', remoteUrl(repo, tools.allowFile), ...refs.map(ref)];
  const { code, stdout, stderr } = await tools.git.run({ directory, args, env: await tools.askpass(auth) });
  if (code !== 0) throw transportFailed('ls-remote', stderr);
  const found = new Map<string, string>();
  for (const line of stdout.toString('utf8').split('\n')) {
    const [at, name] = line.split('\t');
    // A pattern without wildcard also matches as a suffix (refs/x/refs/heads/main): the exact name counts.
    if (at !== undefined && name !== undefined && refs.includes(name)) found.set(name, sha(at));
  }
  return found;
};

export const readRemoteRef = async (tools: MirrorTools, repo: GitRepo, auth: GitAuth, name: string) =>
  (await listRemote(tools, repo, auth, [name])).get(name) ?? null;

/**
 * Numbered places of one call: remote names could collide on disk (a and a/b), and another process may fetch into the same
 * mirror at the same time.
 */
const place = (call: string, index: number): string => `refs/gantry/fetched/${call}/${index}`;

const fetchInto = async (
  tools: MirrorTools,
  repo: GitRepo,
  auth: GitAuth,
  names: readonly string[],
  call: string,
): Promise<string | null> => {
  const directory = await ensureMirror(tools, repo);
  const specs = names.map((name, index) => `+${name}:${place(call, index)}`);
  const args = [
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--',
    remoteUrl(repo, tools.allowFile),
    ...specs,
  ];
  const { code, stderr } = await tools.git.run({ directory, args, env: await tools.askpass(auth), seconds: 600 });
  return code === 0 ? null : stderr;
};

export const isPresent = async (git: Git, directory: string, commit: string): Promise<boolean> =>
  existsSync(directory) &&
  (await git.run({ directory, args: ['cat-file', '-e', `${sha(commit)}^{commit}`] })).code === 0;

const fetchWanted = async (
  tools: MirrorTools,
  repo: GitRepo,
  auth: GitAuth,
  refs: readonly string[],
  shas: readonly string[],
) => {
  const directory = await ensureMirror(tools, repo);
  const call = randomUUID();
  const missing: string[] = [];
  for (const commit of new Set(shas)) if (!(await isPresent(tools.git, directory, commit))) missing.push(commit);
  let existing = [...new Set(refs)].map(ref);
  if (existing.length + missing.length === 0) return {};
  let failed = await fetchInto(tools, repo, auth, [...existing, ...missing], call);
  if (failed !== null && existing.length > 0) {
    // One ref that is gone fails the whole fetch: ask which are left.
    const found = await listRemote(tools, repo, auth, existing);
    if (found.size === existing.length) throw transportFailed('fetch', failed);
    existing = existing.filter((name) => found.has(name));
    failed =
      existing.length + missing.length === 0
        ? null
        : await fetchInto(tools, repo, auth, [...existing, ...missing], call);
  }
  if (failed !== null) throw transportFailed('fetch', failed);
  const answer: Record<string, string | null> = Object.fromEntries(refs.map((name) => [name, null]));
  // Two refs may stand at one commit, and git refuses to update one ref twice.
  const keep = new Set<string>();
  for (const [index, name] of [...existing, ...missing].entries()) {
    const args = ['rev-parse', '--verify', place(call, index)];
    const at = sha((await tools.git.read({ directory, args })).toString('utf8').trim());
    keep.add(`update refs/gantry/keep/${at} ${at}\n`);
    keep.add(`delete ${place(call, index)}\n`);
    if (index < existing.length) answer[name] = at;
  }
  await tools.git.read({ directory, args: ['update-ref', '--stdin'], input: [...keep].join('') });
  return answer;
};

export const createMirror =
  (tools: MirrorTools): GitWriter['mirror'] =>
  (repo, auth, { refs = [], shas = [] }) =>
    tools.mutex(repo.id, () => fetchWanted(tools, repo, auth, refs, shas));
