// How much a box has written to the host, looked at again and again: no quota of a folder can be had without being root.
// Links are not followed. What lies in folders that the box made unreadable, or in files that have no name any more, is not seen.
import { lstatSync, type Stats } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Box } from './contract.ts';

const firstLookMs = 1_000;
/** Looking may take this share of the time. */
const share = 0.1;

const blockBytes = 512;
/** Of an empty file: its name and its place in the file system are not free either. */
const leastBytes = 512;

/** What the box may write to on the host. */
export const writableFolders = ({ mounts, home }: Pick<Box, 'mounts' | 'home'>): string[] => [
  ...mounts.filter(({ writable }) => writable).map(({ path }) => path),
  ...(home === undefined ? [] : [home]),
];

/** Calls `exceeded` once, when more is used than `most`. It ends by itself then, else by `stop`. */
export function watchDisk(folders: readonly string[], most: number, exceeded: () => void): { stop(): void } {
  const stopped = new AbortController();
  const { signal } = stopped;
  const watch = async () => {
    for (let pause = firstLookMs; await passes(pause, signal); ) {
      const started = performance.now();
      const over = await isOver(folders, most, signal);
      if (over && !signal.aborted) return exceeded();
      pause = Math.max(firstLookMs, (performance.now() - started) / share);
    }
  };
  if (folders.length > 0) void watch();
  return { stop: () => stopped.abort() };
}

/** False where it was stopped meanwhile. */
const passes = (ms: number, signal: AbortSignal): Promise<boolean> =>
  delay(ms, undefined, { signal }).then(
    () => true,
    // The only failure that it has.
    () => false,
  );

/** Allocated bytes, each file once, however many names it has. No list is made: one folder may have millions of names. */
async function isOver(folders: readonly string[], most: number, signal: AbortSignal): Promise<boolean> {
  const linked = new Set<string>();
  let used = 0;
  const count = async (path: string): Promise<void> => {
    const stat = statOf(path);
    if (!stat) return;
    const isFolder = stat.isDirectory();
    const file = `${stat.dev}:${stat.ino}`;
    if (linked.has(file)) return;
    if (!isFolder && stat.nlink > 1) linked.add(file);
    used += Math.max(stat.blocks * blockBytes, leastBytes);
    if (!isFolder) return;
    for await (const name of namesIn(path)) {
      await count(join(path, name));
      if (used > most || signal.aborted) return;
    }
  };
  for (const folder of folders) if (used <= most && !signal.aborted) await count(folder);
  return used > most;
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // Its folder may not be read, or became something else.
    return undefined;
  }
}

async function* namesIn(folder: string): AsyncGenerator<string> {
  try {
    for await (const { name } of await opendir(folder, { bufferSize: 1_024 })) yield name;
  } catch {
    // It went away meanwhile, or may not be read: what a box does to its folders must not end the run.
  }
}
