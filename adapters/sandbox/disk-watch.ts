// How much a box's folders hold, looked at again and again: no quota of a folder can be had without being root.
// Links are not followed. What lies in files that have no name any more is not seen; of what cannot be read, only that.
import { lstatSync, type Stats } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Box } from './contract.ts';

const firstLookMs = 1_000;
/** Looking may take this share of the time, unless the pause would be longer than `longestPauseMs`. */
const share = 0.1;
const longestPauseMs = 10_000;

const blockBytes = 512;

/** Until the next look, of one that took so long. */
export const pauseAfter = (tookMs: number): number => Math.min(longestPauseMs, Math.max(firstLookMs, tookMs / share));

/** What the box may write to on the host. */
export const writableFolders = ({ mounts, home }: Pick<Box, 'mounts' | 'home'>): string[] => [
  ...mounts.filter(({ writable }) => writable).map(({ path }) => path),
  ...(home === undefined ? [] : [home]),
];

/** Allocated bytes; files and folders. */
export type DiskLimits = { bytes: number; entries: number };

export type DiskWatch = {
  stop(): void;
  /** Looks once more. False where `signal` ended it before more was found. */
  isOver(signal?: AbortSignal): Promise<boolean>;
  /** Why something was left out of a look; a sentence. */
  uncounted(): string | undefined;
};

/** Calls `exceeded` once, when more is there than `most`. It ends by itself then, else by `stop`. */
export function watchDisk(folders: readonly string[], most: DiskLimits, exceeded: () => void): DiskWatch {
  const stopped = new AbortController();
  const { signal } = stopped;
  let uncounted: string | undefined;
  const leftOut = (error: unknown) => {
    uncounted ??= whyLeftOut(error);
  };
  const watch = async () => {
    for (let pause = firstLookMs; await passes(pause, signal); ) {
      const started = performance.now();
      const over = await isOver(folders, most, leftOut, signal);
      if (over && !signal.aborted) return exceeded();
      pause = pauseAfter(performance.now() - started);
    }
  };
  if (folders.length > 0) watch().catch(leftOut);
  return {
    stop: () => stopped.abort(),
    isOver: (until) => isOver(folders, most, leftOut, until),
    uncounted: () => uncounted,
  };
}

/** False where it was stopped meanwhile. */
const passes = (ms: number, signal: AbortSignal): Promise<boolean> =>
  delay(ms, undefined, { signal }).then(
    () => true,
    // The only failure that it has.
    () => false,
  );

/** A file with several names counts once in all, a part with each. No list is made: one folder may have millions of names. */
async function isOver(
  folders: readonly string[],
  most: DiskLimits,
  leftOut: (error: unknown) => void,
  signal?: AbortSignal,
): Promise<boolean> {
  let bytes = 0;
  let entries = 0;
  const over = () => bytes > most.bytes || entries > most.entries;
  const count = async (path: string): Promise<void> => {
    const stat = statOf(path, leftOut);
    if (!stat) return;
    entries += 1;
    bytes += (stat.blocks * blockBytes) / (stat.isDirectory() ? 1 : stat.nlink || 1);
    if (!stat.isDirectory()) return;
    for await (const name of namesIn(path, leftOut)) {
      await count(join(path, name));
      if (over() || signal?.aborted) return;
    }
  };
  for (const folder of folders) if (!over() && !signal?.aborted) await count(folder);
  return over();
}

function statOf(path: string, leftOut: (error: unknown) => void): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    leftOut(error);
    return undefined;
  }
}

async function* namesIn(folder: string, leftOut: (error: unknown) => void): AsyncGenerator<string> {
  try {
    for await (const { name } of await opendir(folder, { bufferSize: 1_024 })) yield name;
  } catch (error) {
    // What a box does to its folders must not end the run.
    leftOut(error);
  }
}

/** It went away meanwhile, or became something else. */
const gone = new Set(['ENOENT', 'ENOTDIR']);

function whyLeftOut(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (gone.has(code)) return undefined;
  const why = code === 'ENAMETOOLONG' ? 'a path is too long' : 'something cannot be read';
  return `Not all of its folders was counted: ${why} (${code}).`;
}
