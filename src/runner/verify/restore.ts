// Puts the base's files into a workspace that was just written. No code of the change has run yet, but its links are there.
import { lstat, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GitReader, GitRepo } from '../../../adapters/git/contract.ts';
import { Bug, Permanent } from '../../errors.ts';
import type { Restoration } from './restore-rule.ts';

const mostBytes = 50 * 1024 * 1024;

export async function restore(
  workspace: string,
  { store, repo, base }: { store: Pick<GitReader, 'readBlob'>; repo: GitRepo; base: string },
  restorations: readonly Restoration[],
): Promise<void> {
  // Removals first: a removed file may stand where a restored one needs a folder.
  for (const { path, how } of restorations) if (how === 'remove') await removeAt(workspace, path);
  for (const { path, how } of restorations) {
    if (how === 'remove') continue;
    const blob = await store.readBlob(repo, base, path, mostBytes);
    if (!blob.ok) throw new Permanent(`The base's version of ${path} could not be read (${blob.reason}).`);
    await clearWay(workspace, path);
    const target = join(workspace, path);
    await rm(target, { recursive: true, force: true });
    if (blob.mode === '120000') await symlink(blob.bytes.toString('utf8'), target);
    else await writeFile(target, blob.bytes, { flag: 'wx', mode: blob.mode === '100755' ? 0o755 : 0o644 });
  }
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
  let folder = workspace;
  for (const name of segments(dirname(path))) {
    folder = join(folder, name);
    if ((await stateOf(folder)) !== 'folder') return;
  }
  await rm(join(workspace, path), { recursive: true, force: true });
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
