// The files at the top of a checkout that tell how its code is built and tested. Bounded: they are anyone's.
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RepositoryFiles } from '../../config/detect/detector.ts';
import { Permanent } from '../../errors.ts';
import { entryAt } from './entry.ts';

const mostBytes = 1_000_000;

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
