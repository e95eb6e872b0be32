// Data folders with a migrated, empty PGlite: made once for a run of the tests and copied, since making one takes two
// seconds of CPU and half a gigabyte that a process keeps, which makes every child that it starts dearer.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, inject } from 'vitest';
import type { Where } from '../../src/journal/database.ts';

const shared = inject('shared');
const model = path.join(shared, 'pglite');
const folders: string[] = [];

/** One of your own, with every table; it goes with the test file. */
export async function freshPglite(): Promise<Where> {
  if (!existsSync(model)) await makeModel();
  const where = emptyPglite();
  cpSync(model, where.folder, { recursive: true });
  return where;
}

/** Without tables; what opens it makes the database. */
export function emptyPglite(): Extract<Where, { kind: 'pglite' }> {
  const folder = mkdtempSync(path.join(shared, 'pglite-'));
  folders.push(folder);
  return { kind: 'pglite', folder };
}

/** Test files that come at the same time each make one; the first that is ready is taken. */
async function makeModel(): Promise<void> {
  const folder = mkdtempSync(path.join(shared, 'model-'));
  await promisify(execFile)(process.execPath, [path.join(import.meta.dirname, 'make-pglite.ts'), folder]);
  try {
    renameSync(folder, model);
  } catch (error) {
    if (!existsSync(model)) throw error;
    rmSync(folder, { recursive: true });
  }
}

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
