// When a merge that was refused may be asked for again.
import type { PullState } from './state.ts';

export const withoutMerge = ({
  steps: { merge: _, ...steps },
  mergeRefused: __,
  mergeAgain: ___,
  ...state
}: PullState): PullState => ({ ...state, steps });

/** Something changed after a refusal, so the merge may be tried again. One that is under way is left alone. */
export const mergeable = (state: PullState): PullState => (state.mergeRefused ? withoutMerge(state) : state);
