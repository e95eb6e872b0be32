// When a step that was refused or given up may be asked for again.
import type { PullFactOf } from '../../facts/pull.ts';
import type { PullState } from './state.ts';

export const withoutMerge = ({
  steps: { merge: _, ...steps },
  mergeRefused: __,
  mergeAgain: ___,
  ...state
}: PullState): PullState => ({ ...state, steps });

/** Something changed after a refusal, so the merge may be tried again. One that is under way is left alone. */
export const mergeable = (state: PullState): PullState => (state.mergeRefused ? withoutMerge(state) : state);

/** An operator asks for a step that was given up: it is due again if everything still stands as it needs. */
export function replayed(state: PullState, { what }: Pick<PullFactOf<'Replayed'>, 'what'>): PullState {
  const { ready: _, ...unready } = state.steps;
  const { review: __, ...unasked } = state.steps;
  const { readyRefused: ___, ...draft } = state;
  if (what === 'MergePull') return mergeable(state);
  if (what === 'MarkReady') return { ...draft, steps: unready };
  return what === 'AskReview' ? { ...state, steps: unasked } : state;
}
