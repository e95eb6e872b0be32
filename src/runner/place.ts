// The run's private folder on the machine. Everything a run writes lies in it, and it is removed whatever happened.
import { mkdir, mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from './remove-folder.ts';

export type Place = {
  /** A real path (boxes mount no other), so a short one: sockets lie in it too. */
  root: string;
  /** Makes an empty folder; `name` is used once. */
  folder(name: string): Promise<string>;
  /** A new path for a socket. */
  socket(name: string): string;
  remove(): Promise<void>;
};

export async function createPlace(): Promise<Place> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'gantry-run-')));
  let sockets = 0;
  return {
    root,
    async folder(name) {
      const path = join(root, name);
      await mkdir(path, { mode: 0o700 });
      return path;
    },
    socket: (name) => join(root, `${name}-${++sockets}.sock`),
    remove: () => removeFolder(root),
  };
}
