// The files at the top of a checkout that tell how its code is built and tested. Bounded: they are anyone's.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Permanent } from '../../errors.ts';
import { entryAt } from './entry.ts';

const mostBytes = 1_000_000;

export type RepositoryFiles = {
  /** Undefined: absent, not an ordinary file, or over 1 MB. `name` is relative to the top. */
  text(name: string): Promise<string | undefined>;
  /** Names directly in a folder, '' for the top; empty where there is no such folder. */
  names(folder: string): Promise<string[]>;
};

/** Throws Permanent where `dir` is no folder. */
export async function openRepositoryFiles(dir: string): Promise<RepositoryFiles> {
  const top = await entryAt(dir);
  if (!top?.isDirectory()) throw new Permanent(`${dir} is not a folder. Name the checkout with --dir.`);
  return {
    async text(name) {
      const file = path.join(dir, name);
      const found = await entryAt(file);
      return found?.isFile() && found.size <= mostBytes ? readFile(file, 'utf8') : undefined;
    },
    async names(folder) {
      const target = path.join(dir, folder);
      const found = await entryAt(target);
      return found?.isDirectory() ? readdir(target) : [];
    },
  };
}
