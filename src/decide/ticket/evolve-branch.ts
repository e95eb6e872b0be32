// Folds what happened to the branch and its pull request. Several voices tell of the head, and none in a fixed order.
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { isLast } from './phases.ts';
import type { TicketState } from './state.ts';
import { without } from './without.ts';

/** Heads of ours that are remembered: a review long after must still know them. */
const headsKept = 20;

/**
 * A push of ours succeeds only on the head that it expects. So a head that differs from the expected one when the push is
 * told is one that came after it, and stays.
 */
export function treePushed(
  state: TicketState,
  { run, stage, branch, sha, plan, onto }: TicketFactOf<'TreePushed'>,
  { now }: Context,
): TicketState {
  const { planned, work, layers } = state;
  const expected = stage === 'plan' ? planned?.expect : work?.start;
  const known = state.branch !== undefined && state.head !== undefined && (stage === 'plan' ? planned : work);
  const overtaken = known && state.head !== expected;
  return {
    // What an earlier plan built is not in the tree of a new one.
    ...(stage === 'plan' ? without(state, 'phases', 'trial', 'built') : state),
    branch,
    head: overtaken ? state.head : sha,
    pushed: state.pushed.includes(sha) ? state.pushed : [...state.pushed, sha].slice(-headsKept),
    ...(plan && {
      plan,
      planAt: now.toISOString(),
      base: { ref: plan.baseRef, sha: onto ?? planned?.start ?? state.dispatched?.start ?? state.base?.sha ?? '' },
    }),
    ...(planned?.run === run && stage === 'plan' && { planned: { ...planned, pushed: true } }),
    ...(stage !== 'plan' && work && (!work.phase || isLast(work.phase)) && { built: work.planDigest }),
    ...(stage !== 'plan' && layers?.stored && { layers: { ...layers, sha, stored: false } }),
  };
}

/** Counted in order, and each once. */
export function phaseCompleted(
  state: TicketState,
  { phase, plan, from, sha }: TicketFactOf<'PhaseCompleted'>,
): TicketState {
  const before = state.phases?.plan === plan ? state.phases.done : [];
  if (phase.n !== before.length + 1) return state;
  return {
    ...without(state, 'trial'),
    phases: { plan, done: [...before, { from, sha }] },
    ...(isLast(phase) && { built: plan }),
  };
}

/** An echo of a push of ours says nothing new: TreePushed told it, and something newer may be known. */
export const isEcho = (state: TicketState, { sha, by }: Pick<TicketFactOf<'HeadMoved'>, 'sha' | 'by'>): boolean =>
  sha === state.head || (by.kind === 'bot' && state.pushed.includes(sha));

export const headMoved = (state: TicketState, fact: TicketFactOf<'HeadMoved'>): TicketState => ({
  ...state,
  pushers: fact.pushers,
  ...(fact.unknown && { unknownPusher: true }),
  ...(!isEcho(state, fact) && { head: fact.sha }),
});

/** A plan that was read at another head, or against another base, is not the plan as it stands. */
export const isCurrent = ({ head, base }: TicketState, fact: TicketFactOf<'PlanRead'>): boolean =>
  fact.head === head && (fact.plan === undefined || fact.plan.baseRef === base?.ref);

/** What is read after the merge is the base with the merge in it. */
export const planRead = (state: TicketState, fact: TicketFactOf<'PlanRead'>, { now }: Context): TicketState =>
  fact.plan && isCurrent(state, fact) && state.stage.name !== 'merged'
    ? {
        ...state,
        plan: fact.plan,
        ...(fact.plan.digest !== state.plan?.digest && { planAt: now.toISOString() }),
      }
    : state;

/** The work is in one pull request. What becomes of another one of its branch, or of a branch left behind, is not its end. */
export const isOtherPull = ({ pull: own }: TicketState, { pull }: TicketFactOf<'PullClosed'>): boolean =>
  own !== undefined && pull !== own;

/**
 * A merge moves the base and closes the issue, and either may be told first. An approval that fell by nothing else stood
 * when it was merged.
 */
export function pullClosed(state: TicketState, fact: TicketFactOf<'PullClosed'>): TicketState {
  const { merged, sha, by } = fact;
  if (isOtherPull(state, fact)) return state;
  if (!merged) return { ...state, pullClosed: true };
  const { revoked, fell, baseTip } = state;
  const ownMove = revoked?.id === 'base-moved' && sha !== undefined && baseTip === sha;
  const ownClose = revoked?.id === 'issue-closed' && by !== undefined && revoked.data.by === by.login;
  return fell && !state.approval && (ownMove || ownClose)
    ? { ...without(state, 'revoked', 'fell'), approval: fell }
    : state;
}
