// Waits until a process that is not our child is gone.
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { Permanent } from '../../src/errors.ts';

const everyMs = 5;
const atMostMs = 10_000;

/** A zombie has released everything it had; whether its parent collects it is not ours to wait for. */
const runs = async (pid: number): Promise<boolean> => {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    // No entry: gone.
    return false;
  }
};

/** Throws Permanent when it still runs after ten seconds (a process stuck in the kernel). */
export const processEnded = async (pid: number): Promise<void> => {
  const deadline = performance.now() + atMostMs;
  while (await runs(pid)) {
    if (performance.now() > deadline) throw new Permanent(`Process ${pid} survived its kill; look at the machine.`);
    await delay(everyMs);
  }
};
