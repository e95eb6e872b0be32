// Waiting for a condition: asks again until it holds, and says what it saw last when it never does.
import { setTimeout as wait } from 'node:timers/promises';

/** Thrown by a condition that can never hold any more: there is nothing to wait for. */
export class Hopeless extends Error {}

/** Undefined, null, false and a throw mean "not yet". */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  seconds = 240,
): Promise<T> {
  const end = Date.now() + seconds * 1_000;
  let problem: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) return answer;
      problem = undefined;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      problem = error;
    }
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for: ${what}`, { cause: problem });
    await wait(100);
  }
}
