// A file that a box left behind, read from outside after all of its processes are gone: no link is followed on the way.
import { constants } from 'node:fs';
import { lstat, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

export type ReportFile = { ok: true; text: string } | { ok: false; why: string };

const mostBytes = 32 * 1024 * 1024;

/** `path` is relative to `workspace`, which is a real path. `why` is the end of a sentence that begins with the path. */
export async function readReportFile(workspace: string, path: string): Promise<ReportFile> {
  try {
    const refused = await wayProblem(workspace, path);
    if (refused !== undefined) return { ok: false, why: refused };
    // A pipe would block without O_NONBLOCK, a link in the last place fails with O_NOFOLLOW.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(join(workspace, path), flags);
    try {
      const stat = await file.stat();
      if (!stat.isFile()) return { ok: false, why: 'is not a regular file' };
      if (stat.size > mostBytes) return { ok: false, why: `is larger than ${mostBytes} bytes` };
      return { ok: true, text: await file.readFile('utf8') };
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return { ok: false, why: 'was not written' };
    if (code === 'ELOOP') return { ok: false, why: 'is a link' };
    if (code === 'ENXIO' || code === 'EACCES') return { ok: false, why: 'cannot be read' };
    throw error;
  }
}

/** A report in the tree itself must not be mistaken for one of this run. Left alone where the way to it is not plain. */
export async function removeReportFile(workspace: string, path: string): Promise<void> {
  if ((await wayProblem(workspace, path)) === undefined)
    await rm(join(workspace, path), { force: true, recursive: true });
}

async function wayProblem(workspace: string, path: string): Promise<string | undefined> {
  const names = path.split('/').filter((name) => name !== '.' && name !== '');
  if (names.length === 0 || names.includes('..') || path.startsWith('/')) return 'lies outside the checkout';
  let folder = workspace;
  for (const name of names.slice(0, -1)) {
    folder = join(folder, name);
    const stat = await lstat(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!stat) return undefined;
    if (!stat.isDirectory()) return 'lies behind a link';
  }
  return undefined;
}
