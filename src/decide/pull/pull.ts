// The life of a pull request: what is gathered for a head, what its ticket is told, and when the next step is due.
import { PullFact, type PullFactOf } from '../../facts/pull.ts';
import type { Context, Lifecycle } from '../contract.ts';
import { desiredOfPull } from './desired.ts';
import { evolvePull, isTakenBack } from './evolve.ts';
import {
  answer,
  authorityRead,
  commandGiven,
  controlChanged,
  gatherIf,
  headAgain,
  observed,
  type PullDecision,
  told,
} from './observed.ts';
import { isOf, readReviewers } from './reviews.ts';
import { initialPull, isOpen, type PullState } from './state.ts';
import { gateChange, join, stepsDue } from './steps.ts';

type Rule<Type extends PullFact['type']> = (state: PullState, fact: PullFactOf<Type>, context: Context) => PullDecision;

/** Seconds after which a merge that GitHub could not decide yet is tried again; doubled each time, up to ten minutes. */
const mergeAgainSeconds = 10;
const mergeAgainMost = 600;

const nothing: PullDecision = {};

const rules: { [Type in PullFact['type']]?: Rule<Type> } = {
  PullObserved: observed,
  TicketReported: (state, { report }, context) =>
    join(
      isTakenBack(state, report) ? headAgain(state, report, context) : nothing,
      gatherIf({ ...state, ticket: report }, report.plan?.digest !== state.ticket?.plan?.digest),
      // /retry is what a step that was given up asks for: it comes as a new report.
      { commands: state.reviewerFailed ? readReviewers(state) : [] },
    ),
  BaseMoved: (state, { ref }) => gatherIf(state, ref === state.header?.base.ref),
  CheckRerequested: (state) => join(gatherIf(state, true), { commands: readReviewers(state) }),
  PullReviewed: (state, fact) => ({
    commands: readReviewers(evolvePull(state, fact), ({ id }) => id === fact.review.id),
  }),
  MembersChanged: (state, fact) => ({
    commands: readReviewers(evolvePull(state, fact), (review) => isOf(review, fact.login)),
  }),
  CommandGiven: commandGiven,
  AuthorityRead: authorityRead,
  ControlChanged: controlChanged,
  CommandMisread: (_, { text, problem, suggestion, comment, by }) =>
    by.kind === 'bot'
      ? nothing
      : answer(comment, '-1', 'command-misread', { text, problem, suggestion: suggestion ?? '', by: by.login }),
  CommentChanged: (state, fact, context) => ({ tell: told(state, context, fact) }),
  // The webhook says so too, but it may be lost or late.
  PullMerged: (state, { sha }, context) =>
    state.header?.merged
      ? nothing
      : { tell: told(state, context, { type: 'PullClosed', pull: context.number, merged: true, sha }) },
  MergeRefused: ({ mergeTries = 0 }, { again }, { now }) =>
    again
      ? { wakeAt: new Date(now.getTime() + Math.min(mergeAgainSeconds * 2 ** mergeTries, mergeAgainMost) * 1_000) }
      : nothing,
  Woken: () => ({ wakeAt: null }),
};

function decide(state: PullState, fact: PullFact, context: Context): PullDecision {
  // The table pairs each fact with the rule of its type; TypeScript cannot follow that through the union.
  const rule = rules[fact.type] as Rule<PullFact['type']> | undefined;
  const decision = rule?.(state, fact, context) ?? nothing;
  const after = [fact, ...(decision.facts ?? [])].reduce(evolvePull, state);
  return join(decision, stepsDue(after), gateChange(after));
}

export const pullLifecycle: Lifecycle<PullState, PullFact> = {
  kind: 'pull',
  version: 5,
  initial: initialPull,
  fact: PullFact,
  decide,
  evolve: evolvePull,
  desired: desiredOfPull,
  index: (state) => ({
    open: !state.header || isOpen(state),
    head: state.header?.head.sha ?? null,
    base: state.header?.base.ref ?? null,
  }),
};
