// The first child of a process of ours, which becomes the first process of a namespace.
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

const everyMs = 5;

/** Undefined where the process ended without one. */
export const firstChild = async (pid: number): Promise<number | undefined> => {
  for (;;) {
    try {
      const [first] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ');
      if (first) return Number(first);
    } catch {
      return undefined; // it has ended
    }
    await delay(everyMs);
  }
};
