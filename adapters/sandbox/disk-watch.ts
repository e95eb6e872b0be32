// How much a box has written to the host, looked at again and again: no quota of a folder can be had without being root.
// Links are not followed. What lies in folders that the box made unreadable, or in files that have no name any more, is not seen.
import { type Dir, lstatSync, type Stats } from 'node:fs';
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
  const watch = async () => {
    for (let pause = firstLookMs; ; ) {
      await delay(pause, undefined, { signal: stopped.signal });
      const started = performance.now();
      if (await isOver(folders, most, stopped.signal)) return exceeded();
      pause = Math.max(firstLookMs, (performance.now() - started) / share);
    }
  };
  if (folders.length > 0)
    watch().catch((error: unknown) => {
      if (!stopped.signal.aborted) throw error;
    });
  return { stop: () => stopped.abort() };
}

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
    for await (const { name } of (await opened(path)) ?? []) {
      signal.throwIfAborted();
      await count(join(path, name));
      if (used > most) return;
    }
  };
  for (const folder of folders) if (used <= most) await count(folder);
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

const opened = (path: string): Promise<Dir | undefined> =>
  opendir(path, { bufferSize: 1_024 }).catch((): undefined => {
    // It went away, or may not be read.
    return undefined;
  });
