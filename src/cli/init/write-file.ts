// Writes one file of a checkout, never through a symbolic link and never over another content unasked.
import { mkdir, readFile, rename, writeFile as write } from 'node:fs/promises';
import path from 'node:path';
import { Permanent } from '../../errors.ts';
import { printable } from '../printable.ts';
import { entryAt } from './entry.ts';

/** `kept`: another content is there; `line` is the first that differs, `there` is what it says and `ours` what it would say. */
export type Written =
  | { outcome: 'written' | 'replaced' | 'same' }
  | { outcome: 'kept'; line: number; there: string; ours: string };

/** `name` is relative to `dir`, with slashes. Throws Permanent where a link or a folder is in the way. */
export async function writeFile(
  dir: string,
  name: string,
  content: string,
  { force }: { force: boolean },
): Promise<Written> {
  const folders = name.split('/').slice(0, -1);
  for (const depth of folders.keys()) {
    const folder = folders.slice(0, depth + 1).join('/');
    const found = await entryAt(path.join(dir, folder));
    if (found && !found.isDirectory()) throw inTheWay(folder);
  }
  const target = path.join(dir, name);
  const found = await entryAt(target);
  if (found && !found.isFile()) throw inTheWay(name);
  const before = found && (await readFile(target, 'utf8'));
  if (before === content) return { outcome: 'same' };
  if (before !== undefined && !force) return { outcome: 'kept', ...firstDifference(before, content) };
  await mkdir(path.dirname(target), { recursive: true });
  // Beside it and renamed: a file that is half written is never there.
  const fresh = `${target}.${process.pid}.new`;
  await write(fresh, content, { flag: 'wx' });
  await rename(fresh, target);
  return { outcome: before === undefined ? 'written' : 'replaced' };
}

const inTheWay = (name: string) =>
  new Permanent(
    `${name} is a link or something else that is no ordinary file, so nothing is written there. Remove it and try again.`,
  );

function firstDifference(before: string, content: string): { line: number; there: string; ours: string } {
  const there = before.split('\n');
  const ours = content.split('\n');
  const length = Math.max(there.length, ours.length);
  const index = Array.from({ length }, (_, at) => at).find((at) => there[at] !== ours[at]) ?? 0;
  const shown = (line: string | undefined) => printable(line?.trim() ?? '', 60);
  return { line: index + 1, there: shown(there[index]), ours: shown(ours[index]) };
}
