// The branch and what it is based on moved, or rights did: the plan is read again, and what was approved stands or falls.

import type { Approval } from '../../facts/approval.ts';
import { type Message, message } from '../../facts/message.ts';
import type { StageName } from '../../facts/stage.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { carryOut, isOnBranch, start } from './dispatch.ts';
import { isCurrent, isEcho } from './evolve-branch.ts';
import { and, ask, block, nothing, revoke, stopRun, type TicketDecision } from './moves.ts';
import { lastDone } from './phases.ts';
import { approversOf, waivedApproval } from './plan-gate.ts';
import { isOver, type TicketState, withPolicy } from './state.ts';

/** While a plan is about to be made, or shown, there is nothing to read again: TreePushed brings the new one. */
const replanning: readonly StageName[] = ['awaiting_start', 'planning', 'publishing_plan'];
const isReplanning = ({ stage }: TicketState): boolean =>
  replanning.includes(stage.name) ||
  (stage.name === 'retrying' && (stage.resume === 'plan' || stage.resume === 'publish_plan'));

/** Something moved that an approval is bound to: read it again. */
export function reread(state: TicketState): TicketDecision {
  const { plan, head, base, approval } = state;
  if (!plan || !head || !base || isOver(state) || isReplanning(state)) return nothing;
  return ask({
    type: 'ReadPlan',
    head,
    base: base.ref,
    changeId: plan.changeId,
    ...(approval && {
      approval: { logins: approversOf(approval), planDigest: approval.planDigest, baseDigest: approval.baseDigest },
    }),
  });
}

export const headMoved = (state: TicketState, fact: TicketFactOf<'HeadMoved'>): TicketDecision =>
  isEcho(state, fact) ? nothing : reread({ ...state, head: fact.sha, pushers: fact.pushers });

export const baseMoved = (state: TicketState, { ref }: TicketFactOf<'BaseMoved'>): TicketDecision =>
  ref === state.base?.ref ? reread(state) : nothing;

export const membersChanged = (state: TicketState): TicketDecision => (state.approval ? reread(state) : nothing);

export const pullRetargeted = (state: TicketState, { base }: TicketFactOf<'PullRetargeted'>): TicketDecision => {
  if (isOver(state) || base === state.base?.ref) return nothing;
  const revoked = revoke(state, message('retargeted', { base }));
  const { approval: _, ...rest } = state;
  return and(revoked, reread({ ...rest, base: { ref: base, sha: '' } }));
};

const commentsOf = (approval: Approval | undefined): number[] =>
  approval?.waived === undefined && approval
    ? [approval.comment, ...(approval.others ?? []).map((one) => one.comment)]
    : [];

/** A comment that approved must stay what it was. */
export const commentChanged = (
  state: TicketState,
  { comment, how, by }: TicketFactOf<'CommentChanged'>,
): TicketDecision =>
  commentsOf(state.approval).includes(comment) && !isOver(state)
    ? revoke(state, message('approval-comment-changed', { how, by: by.login }))
    : nothing;

export function planRead(state: TicketState, fact: TicketFactOf<'PlanRead'>, context: Context): TicketDecision {
  const { stage, approval } = state;
  if (isOver(state) || !isCurrent(state, fact) || isReplanning(state) || stage.name === 'checking') return nothing;
  if (!fact.plan) return planGone(state);
  if (!approval) return waive(state, fact, context);
  const problem = approvalProblem(approval, fact);
  if (problem) return revoke(state, problem);
  if (stage.name === 'between_phases') return nextPhase(state, fact, context);
  return state.pushed.includes(fact.head)
    ? nothing
    : pushedByPeople(withPolicy({ ...state, plan: fact.plan }, fact.policy), context);
}

/** Nothing has changed since the last phase, and the approval stands: the next one begins. */
const nextPhase = (state: TicketState, fact: TicketFactOf<'PlanRead'>, context: Context): TicketDecision =>
  lastDone(state) === fact.head
    ? start(withPolicy(fact.plan ? { ...state, plan: fact.plan } : state, fact.policy), context, 'implement')
    : outrun(state);

/** The policy may ask for nobody: then the plan is carried out as if it had been approved. */
function waive(state: TicketState, fact: TicketFactOf<'PlanRead'>, context: Context): TicketDecision {
  const approval = waivedApproval(state, fact, context);
  if (!approval) return nothing;
  const approved = { ...withPolicy(state, fact.policy), approval, ...(fact.plan && { plan: fact.plan }) };
  return and({ facts: [{ type: 'PlanApproved', approval }] }, carryOut(approved, context));
}

const planGone = (state: TicketState): TicketDecision =>
  state.stage.name === 'blocked' && state.stage.why.id === 'plan-gone'
    ? nothing
    : and(
        revoke(state, message('plan-gone')),
        state.approval ? nothing : stopRun(state, 'the plan is gone'),
        block(message('plan-gone'), 'plan'),
      );

/**
 * Why the approval that stands now does not hold for the plan that was read. The reader judged by the approval of its time,
 * which may be an older one: digests are compared again, and what it says of another person does not count.
 */
function approvalProblem(
  approval: Approval,
  { plan, approvalHolds, why }: TicketFactOf<'PlanRead'>,
): Message | undefined {
  if (plan?.digest !== approval.planDigest) return message('plan-changed');
  if (plan.baseDigest !== approval.baseDigest) return message('base-moved');
  if (approvalHolds || why?.id === 'plan-changed' || why?.id === 'base-moved') return undefined;
  if (why?.id === 'approver-lost-write' && !approversOf(approval).includes(why.data.login ?? '')) return undefined;
  return why ?? message('plan-changed');
}

/** People pushed, and the plan stands. What was made for the head before can no longer be pushed on top of it. */
function pushedByPeople(state: TicketState, context: Context): TicketDecision {
  const { stage, head = '', work, dispatched, layers } = state;
  const judged = layers?.sha === head && !layers.stored;
  const verifyHead = () =>
    judged
      ? nothing
      : and(stopRun(state, 'the branch was pushed to'), start(state, context, 'verify', { kind: 'head', sha: head }));
  switch (stage.name) {
    case 'implementing':
      return dispatched?.run === stage.run && dispatched.start !== head ? outrun(state) : nothing;
    case 'verifying':
      if (stage.subject.kind === 'head') return stage.subject.sha === head ? nothing : verifyHead();
      return work?.start === head ? nothing : outrun(state);
    case 'publishing':
      return stage.waitsFor && work?.start !== head ? outrun(state) : nothing;
    case 'in_review':
      return verifyHead();
    case 'blocked': {
      const fixes = stage.why.id === 'verification-failed';
      const onBranch = isOnBranch(state) && (stage.resume === 'verify' || stage.resume === 'publish');
      return fixes || onBranch ? verifyHead() : nothing;
    }
    default:
      return nothing;
  }
}

/** Nothing is overwritten, and nothing is made again without being asked: every attempt costs. */
export const outrun = (state: TicketState): TicketDecision =>
  and(
    stopRun(state, 'the branch was pushed to'),
    block(message('branch-moved', { branch: state.branch ?? '' }), 'implement'),
  );
