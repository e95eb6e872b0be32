// Ends a process group. A process that leaves its group escapes this: only a box holds those.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const everyMs = 5;
const atMostMs = 5_000;

/** Harmless when the group is gone already. */
export const killGroup = (group: number): void => {
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};

/** Zombies count as gone: they hold nothing, and in a container nobody may collect them. */
const members = async (group: number): Promise<number> => {
  let count = 0;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = await readFile(`/proc/${name}/stat`, 'utf8');
      const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(pgrp) === group && state !== 'Z' && state !== 'X') count += 1;
    } catch {
      // Ended between listing and reading.
    }
  }
  return count;
};

/** Resolves when no process of the group runs, or after five seconds: then one is stuck in the kernel. */
export const groupEnded = async (group: number): Promise<void> => {
  const deadline = performance.now() + atMostMs;
  while (performance.now() < deadline && (await members(group)) > 0) await delay(everyMs);
};
