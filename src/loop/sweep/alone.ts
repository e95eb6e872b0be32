// One replica does a round at a time. The right has a fence, so one that was paused past its time does not go on beside another.

import { claim, release, renew } from '../../journal/right.ts';
import type { Db } from '../../journal/tables.ts';

/** To be asked between two steps: holds on to the right; false when it was lost, and then the work ends. */
export type Keep = () => Promise<boolean>;

/**
 * Runs `work` unless somebody else does; the right outlives a crash by `seconds` at most. False when it did not run, or lost its
 * right on the way.
 */
export async function alone(
  db: Db,
  name: string,
  seconds: number,
  work: (keep: Keep) => Promise<unknown>,
): Promise<boolean> {
  const right = await claim(db, `sweep/${name}`, seconds);
  if (!right) return false;
  let held = true;
  try {
    await work(() => renew(db, right, seconds));
  } finally {
    held = await release(db, right, { digest: null, remoteId: null });
  }
  return held;
}
