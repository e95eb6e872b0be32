// What becomes of a failure, by its class: is it tried again, after how long, how often, and who acts when it is not.
import type { FailureClass } from '../facts/run.ts';

/**
 * `most`: how often in a row, for one (ticket, stage, head). The n-th pause is `first` seconds doubled n - 1 times, never
 * above `longest`; up to a quarter of it is taken off by chance, so that what failed together does not come back together.
 */
export type Backoff = { most: number; first: number; longest: number };

/** Who must do something once it is not, or no longer, tried again; what they do is in render/messages/remedy.ts. */
export type Remedy = { backoff?: Backoff; acts: 'operator' | 'writer' | 'requester' };

/**
 * Only what passes by itself is tried again: everything else would fail the same way and cost the same tokens. A runner's
 * machine is replaced within minutes; providers ask for pauses of a minute and more, so they get longer ones.
 */
export const remedies: Readonly<Record<FailureClass, Remedy>> = {
  infrastructure: { backoff: { most: 3, first: 30, longest: 600 }, acts: 'operator' },
  throttled: { backoff: { most: 5, first: 60, longest: 1_800 }, acts: 'operator' },
  quota_exhausted: { acts: 'operator' },
  unaccounted: { acts: 'operator' },
  auth: { acts: 'operator' },
  agent_refused: { acts: 'requester' },
  agent_failed: { acts: 'writer' },
  verification_failed: { acts: 'writer' },
  policy_blocked: { acts: 'writer' },
  user_error: { acts: 'requester' },
  bug: { acts: 'operator' },
};

export type Retry = { seconds: number; n: number; of: number };

/** The next try after `used` tries, or undefined where there is none. `seed` decides the chance: the run's id. */
export function retryAfter(failure: FailureClass, used: number, seed: string): Retry | undefined {
  const { backoff } = remedies[failure];
  if (!backoff || used >= backoff.most) return undefined;
  const pause = Math.min(backoff.first * 2 ** used, backoff.longest);
  return { seconds: Math.ceil(pause * (1 - 0.25 * chance(`${seed}/${used}`))), n: used + 1, of: backoff.most };
}

/** In [0, 1), the same for the same text: FNV-1a. */
function chance(text: string): number {
  let hash = 0x811c9dc5;
  for (const sign of text) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash / 2 ** 32;
}
