// Folds one fact into the state of a pull request. Total and without judgement.
import type { PullFact, PullFactOf } from '../../facts/pull.ts';
import type { PullState } from './state.ts';

type Fold<Type extends PullFact['type']> = (state: PullState, fact: PullFactOf<Type>) => PullState;

const folds: { [Type in PullFact['type']]?: Fold<Type> } = {
  PullObserved: (state, { pull, by }) => {
    if (isStale(state, pull)) return state;
    const moved = state.header !== undefined && state.header.head.sha !== pull.head.sha;
    const byPerson = moved && by.id !== pull.author.id && !state.pushers.includes(by.id);
    return {
      ...mergeable(state),
      header: pull,
      pushers: byPerson ? [...state.pushers, by.id] : state.pushers,
      unheard: [],
    };
  },
  TicketReported: (state, { report }) => ({ ...mergeable(state), ticket: report }),
  PullGathered: (state, { snapshot }) =>
    snapshot.head === state.header?.head.sha ? { ...mergeable(state), snapshot } : state,
  PullReviewed: (state, { review }) => {
    const before = state.reviews.find((one) => one.by.id === review.by.id);
    // A comment says nothing about an approval that was given before, and an older review nothing about a newer one.
    if (before && (review.state === 'commented' || review.id < before.id)) return state;
    return { ...mergeable(state), reviews: [...state.reviews.filter((one) => one.by.id !== review.by.id), review] };
  },
  StepTaken: (state, { step, head }) => ({ ...state, steps: { ...state.steps, [step]: head } }),
  PullReadied: (state, { done }) => (done ? state : { ...state, readyRefused: true }),
  PullMerged: (state, { sha }) => ({ ...state, mergedSha: sha }),
  MergeRefused: (state, { head, why, again }) =>
    again ? withoutMerge(state) : { ...state, mergeRefused: { head, why } },
  GateDecided: (state, { head, open, blocker }) => ({
    ...state,
    gate: { head, title: open ? 'open' : (blocker?.id ?? '') },
  }),
  CommandGiven: (state, given) => (state.header ? state : { ...state, unheard: [...state.unheard, given].slice(-20) }),
  CheckRerequested: (state, { name }) => ({
    ...state,
    rerequested: { ...state.rerequested, [name]: (state.rerequested[name] ?? 0) + 1 },
  }),
  CommentAnswered: (state, { receipt }) => ({
    ...state,
    receipts: [...state.receipts.filter((one) => one.comment !== receipt.comment), receipt].slice(-30),
  }),
};

const withoutMerge = ({ steps: { merge: _, ...steps }, mergeRefused: __, ...state }: PullState): PullState => ({
  ...state,
  steps,
});

/** Something changed after a refusal, so the merge may be tried again. One that is under way is left alone. */
const mergeable = (state: PullState): PullState => (state.mergeRefused ? withoutMerge(state) : state);

export function evolvePull(state: PullState, fact: PullFact): PullState {
  // The table pairs each fact with the fold of its type; TypeScript cannot follow that through the union.
  const fold = folds[fact.type] as Fold<PullFact['type']> | undefined;
  return fold ? fold(state, fact) : state;
}

/** Webhooks come in any order: GitHub's updated_at says which header is newer, and merged is for ever. */
export const isStale = ({ header }: PullState, pull: PullFactOf<'PullObserved'>['pull']): boolean =>
  header !== undefined && (pull.updatedAt < header.updatedAt || (header.merged && !pull.merged));
