// Puts the base's files into a workspace that was just written. No code of the change has run yet, but its links are there.
import { lstat, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GitReader, GitRepo } from '../../../adapters/git/contract.ts';
import { Bug, Permanent } from '../../errors.ts';
import type { Restoration } from './restore-rule.ts';

const mostBytes = 50 * 1024 * 1024;

export type BaseFiles = { store: Pick<GitReader, 'readBlob'>; repo: GitRepo; base: string };

export async function restore(workspace: string, from: BaseFiles, restorations: readonly Restoration[]): Promise<void> {
  // Removals first: a removed file may stand where a restored one needs a folder.
  for (const { path, how } of restorations) if (how === 'remove') await removeAt(workspace, path);
  for (const { path, how } of restorations) {
    if (how === 'remove') continue;
    const blob = await baseVersion(from, path);
    await clearWay(workspace, path);
    const target = join(workspace, path);
    await rm(target, { recursive: true, force: true });
    if (blob.mode === '120000') await symlink(blob.bytes.toString('utf8'), target);
    else await writeFile(target, blob.bytes, { flag: 'wx', mode: blob.mode === '100755' ? 0o755 : 0o644 });
  }
}

/** Paths that are no longer as `restore` left them. Only where no process can write to the workspace any more. */
export async function differing(
  workspace: string,
  from: BaseFiles,
  restorations: readonly Restoration[],
): Promise<string[]> {
  const changed: string[] = [];
  // A file that was removed may have given way to a folder with restored ones: then that is what it must be.
  const restored = restorations.filter(({ how }) => how === 'restore').map(({ path }) => path);
  for (const { path, how } of restorations) {
    const same =
      how === 'restore'
        ? await isAtBase(workspace, from, path)
        : !(await exists(workspace, path)) || restored.some((one) => one === path || one.startsWith(`${path}/`));
    if (!same) changed.push(path);
  }
  return changed;
}

async function isAtBase(workspace: string, from: BaseFiles, path: string): Promise<boolean> {
  if (!(await exists(workspace, path))) return false;
  const blob = await baseVersion(from, path);
  const target = join(workspace, path);
  const found = await lstat(target);
  if (blob.mode === '120000') return found.isSymbolicLink() && (await readlink(target)) === blob.bytes.toString('utf8');
  // The size first: what a setup wrote may be larger than this process.
  if (!found.isFile() || found.size !== blob.bytes.length) return false;
  if (((found.mode & 0o100) !== 0) !== (blob.mode === '100755')) return false;
  return (await readFile(target)).equals(blob.bytes);
}

async function baseVersion({ store, repo, base }: BaseFiles, path: string) {
  const blob = await store.readBlob(repo, base, path, mostBytes);
  if (blob.ok) return blob;
  throw new Permanent(`The base's version of ${path} could not be read (${blob.reason}).`);
}

/** Makes the folders above `path`; whatever else stands in their place (a link above all) gives way. */
async function clearWay(workspace: string, path: string): Promise<void> {
  let folder = workspace;
  for (const name of segments(dirname(path))) {
    folder = join(folder, name);
    const found = await stateOf(folder);
    if (found === 'folder') continue;
    if (found === 'other') await rm(folder);
    await mkdir(folder);
  }
}

/** Nothing is removed through a link: where one stands in the way, the file is not in this tree. */
async function removeAt(workspace: string, path: string): Promise<void> {
  if (await exists(workspace, path)) await rm(join(workspace, path), { recursive: true, force: true });
}

/** Is anything there, with real folders only on the way? */
async function exists(workspace: string, path: string): Promise<boolean> {
  let folder = workspace;
  for (const name of segments(dirname(path))) {
    folder = join(folder, name);
    if ((await stateOf(folder)) !== 'folder') return false;
  }
  return (await stateOf(join(workspace, path))) !== 'nothing';
}

const segments = (path: string): string[] => {
  const parts = path.split('/').filter((part) => part !== '.');
  if (parts.some((part) => part === '..' || part === '')) throw new Bug(`not a path of a tree: ${path}`);
  return parts;
};

async function stateOf(path: string): Promise<'folder' | 'other' | 'nothing'> {
  try {
    return (await lstat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'nothing';
    throw error;
  }
}
