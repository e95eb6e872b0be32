// What the suites of sandboxes look at and wait by.
import { readdir, readFile } from 'node:fs/promises';
import type { BoxResult } from './contract.ts';

/** Is a process with this text in its command line alive on the host? Zombies have no command line. */
export const alive = async (text: string): Promise<boolean> => {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(text)) return true;
  }
  return false;
};

/** Unlike any other process's argument, and a valid duration for `sleep`. */
export const uniqueSeconds = (): string => `300.${Math.floor(Math.random() * 1e9)}1`;

/** A wall clock, in seconds, that a box which takes this long for nothing outlives: the clock runs while it is made. */
export const outliving = ({ durationMs }: BoxResult): number => 1 + (3 * durationMs) / 1_000;
