// PGlite is for one process: two on one folder lose rows without an error. The lock file names its holder.
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { UserFixable } from '../errors.ts';

/** Takes the folder or throws UserFixable naming the process that has it. Returns the release. */
export function holdFolder(folder: string): () => void {
  const file = path.join(folder, 'gantry.lock');
  for (;;) {
    try {
      const handle = openSync(file, 'wx');
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(readFileSync(file, 'utf8'));
      if (alive(holder)) throw new UserFixable('data-folder-in-use', { folder, process: String(holder) });
      rmSync(file, { force: true });
    }
  }
}

/** A process that we may not signal is alive too. An id that was given to another process since reads as alive: safe, and said. */
function alive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
