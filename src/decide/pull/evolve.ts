// Folds one fact into the state of a pull request. Total and without judgement.
import { message } from '../../facts/message.ts';
import type { PullFact, PullFactOf, TicketReport } from '../../facts/pull.ts';
import { withReceipt } from '../receipts.ts';
import { newerHeader } from './header.ts';
import { mergeable, replayed, withoutMerge } from './merge-again.ts';
import { reviewed, reviewerRead, unreadReviews } from './reviews.ts';
import { initialPull, type PullState } from './state.ts';

type Fold<Type extends PullFact['type']> = (state: PullState, fact: PullFactOf<Type>) => PullState;

const folds: { [Type in PullFact['type']]?: Fold<Type> } = {
  PullObserved: observed,
  GroupRequested: (state, { sha }) => ({ ...state, group: sha }),
  TicketReported: (state, { report }) => {
    const { left, ...rest } = mergeable(state);
    return { ...rest, ticket: report, ...(left && !isTakenBack(state, report) && { left }) };
  },
  PullGathered: (state, { snapshot }) => {
    const { header } = state;
    if (snapshot.head !== header?.head.sha || snapshot.base.ref !== header.base.ref) return state;
    const { gatherFailed: _, ...rest } = mergeable(state);
    return { ...rest, snapshot };
  },
  PullReviewed: reviewed,
  ReviewerRead: reviewerRead,
  MembersChanged: unreadReviews,
  StepTaken: (state, { step, head }) => ({ ...state, steps: { ...state.steps, [step]: head } }),
  PullReadied: (state, { done }) =>
    done && state.header
      ? { ...state, header: { ...state.header, draft: false }, readied: state.header.head.sha }
      : { ...state, readyRefused: true },
  PullMerged: (state, { sha }) => ({
    ...state,
    mergedSha: sha,
    ...(state.header && { header: { ...state.header, state: 'closed', merged: true, mergeSha: sha } }),
  }),
  MergeRefused: (state, { head, why, again }) =>
    again
      ? { ...state, mergeAgain: true, mergeTries: (state.mergeTries ?? 0) + 1 }
      : { ...state, mergeRefused: { head, why } },
  Woken: (state) => (state.mergeAgain ? withoutMerge(state) : state),
  GaveUp: gaveUp,
  FactSetAside: (state, { id }) => ({ ...state, setAside: [...new Set([...(state.setAside ?? []), id])] }),
  FactTakenBack: (state, { id }) => ({ ...state, setAside: state.setAside?.filter((one) => one !== id) ?? [] }),
  Replayed: replayed,
  GateDecided: (state, { head, open, blocker }) => ({
    ...state,
    gate: { head, title: open ? 'open' : (blocker?.id ?? '') },
  }),
  CommandGiven: (state, given) => (state.header ? state : { ...state, unheard: [...state.unheard, given].slice(-20) }),
  CheckRerequested: (state, { name }) => ({
    ...state,
    rerequested: { ...state.rerequested, [name]: (state.rerequested[name] ?? 0) + 1 },
  }),
  CommentAnswered: (state, { receipt }) => ({ ...state, receipts: withReceipt(state.receipts, receipt) }),
  Compacted: (_, { state }) => ({ ...initialPull, ...(state as Partial<PullState>) }),
};

export function evolvePull(state: PullState, fact: PullFact): PullState {
  // The table pairs each fact with the fold of its type; TypeScript cannot follow that through the union.
  const fold = folds[fact.type] as Fold<PullFact['type']> | undefined;
  return fold ? fold(state, fact) : state;
}

/** A ticket that works again with an open pull request that it had left behind. One that starts anew has no plan yet. */
export const isTakenBack = ({ left, header }: PullState, report: TicketReport): boolean =>
  left === true && header?.state === 'open' && report.stage !== 'canceled' && report.plan !== undefined;

/** Who pushed is said by one action only, and holds however late it is told. */
function observed(state: PullState, { action, pull, by }: PullFactOf<'PullObserved'>): PullState {
  const header = newerHeader(state.header, pull, action);
  const head = (header ?? state.header)?.head.sha;
  const pushed = action === 'synchronize' && by.id !== pull.author.id;
  const told: PullState = {
    ...state,
    pushers: pushed && !state.pushers.includes(by.id) ? [...state.pushers, by.id] : state.pushers,
    ...(action === 'synchronize' && pull.head.sha === head && { attributed: head }),
    ...(isUnknown(state, { type: 'PullObserved', action, pull, by }) && { unknownPusher: true as const }),
  };
  if (!header) return told;
  const { mergeTries, ...next } = mergeable(told);
  return {
    ...next,
    ...(mergeTries !== undefined && state.header?.head.sha === header.head.sha && { mergeTries }),
    ...(header.state === 'closed' && !header.merged && { left: true }),
    header,
    unheard: [],
  };
}

/**
 * A bot pushes for somebody whom we do not know, and a head that we see first, and did not push, was pushed by anybody.
 * Only of our own pull requests is it asked who pushed.
 */
const isUnknown = ({ header, ticket }: PullState, { action, pull, by }: PullFactOf<'PullObserved'>): boolean => {
  if (pull.origin !== 'gantry') return false;
  if (action === 'synchronize') return by.kind !== 'person' && by.id !== pull.author.id;
  return header === undefined && ticket !== undefined && !ticket.pushed.includes(pull.head.sha);
};

/** What could not be done is shown at the gate; an unread snapshot is never taken for a good one. */
function gaveUp(state: PullState, { command, why }: PullFactOf<'GaveUp'>): PullState {
  const said = message('gave-up', { command, why });
  switch (command) {
    case 'GatherPull':
      return { ...state, gatherFailed: said };
    case 'ReadReviewer':
      return { ...state, reviewerFailed: said };
    case 'MarkReady':
      return { ...state, readyRefused: true };
    case 'MergePull':
      return { ...state, mergeRefused: { head: state.header?.head.sha ?? '', why: said } };
    default:
      return state;
  }
}
