// The gate of the plan: what an approval needs, and what it is bound to. What makes it fall is in branch.ts.
import { planConformance } from '../../../checks/plan-conformance.ts';
import type { Approval } from '../../facts/approval.ts';
import type { CommandGiven } from '../../facts/comment.ts';
import { type Message, message } from '../../facts/message.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { approverProblem, isFresh } from './approver.ts';
import { reread } from './branch.ts';
import { carryOut } from './dispatch.ts';
import { and, ask, done, heldBy, nothing, refuse, type TicketDecision } from './moves.ts';
import { together } from './plan-gate.ts';
import { consentedBy } from './start-gate.ts';
import { plannedForIssue, type TicketState, withLabels, withPolicy } from './state.ts';

export function approvePlan(state: TicketState, given: CommandGiven, { number }: Context): TicketDecision {
  const { plan, branch, base } = state;
  if (state.stage.name === 'awaiting_start')
    return ask({ type: 'ReadStartApproval', ask: given, issue: number, ...consentedBy(state) });
  if (state.stage.name !== 'awaiting_approval' || !plan || !branch || !base)
    return refuse(given, message('nothing-to-approve', { stage: state.stage.name }));
  return ask({ type: 'ReadApproval', ask: given, issue: number, branch, base: base.ref, changeId: plan.changeId });
}

export function approvalRead(state: TicketState, fact: TicketFactOf<'ApprovalRead'>, context: Context): TicketDecision {
  const { ask: given } = fact;
  const problem = approvalProblem(state, fact);
  if (problem) return refuse(given, problem);
  const { plan } = fact;
  const approval: Approval = {
    by: given.by,
    comment: given.comment.id,
    at: given.comment.at,
    planDigest: plan?.digest ?? '',
    planCommit: fact.head,
    bodyDigest: fact.bodyDigest ?? '',
    baseRef: fact.base.ref,
    baseDigest: plan?.baseDigest ?? '',
  };
  const read = withLabels(withPolicy(state, fact.policy), fact.labels);
  const complete = together(read, approval);
  if (!complete) return and({ facts: [{ type: 'PlanConsented', approval }] }, done(given));
  const approved: TicketState = { ...read, approval: complete };
  // The base moved since the plan was shown, or somebody approved before: whether that still stands is not known.
  const unsure = plan?.baseDigest !== state.plan?.baseDigest || complete.others !== undefined;
  return and(
    { facts: [{ type: 'PlanApproved', approval: complete }] },
    done(given),
    carryOut(approved, context),
    unsure ? reread(approved) : nothing,
  );
}

/** The first reason why this comment does not approve, or nothing. The order is what a person should mend first. */
function approvalProblem(state: TicketState, fact: TicketFactOf<'ApprovalRead'>): Message | undefined {
  const { ask: given, bodyDigest, head, base, plan } = fact;
  const { by, command, comment } = given;
  if (state.stage.name !== 'awaiting_approval' || !state.plan)
    return message('nothing-to-approve', { stage: state.stage.name });
  if (state.hold) return heldBy(state.hold);
  const person = approverProblem(state, fact);
  if (person) return person;
  if (state.pushers.includes(by.id) || given.pushers?.includes(by.id)) return message('approval-by-pusher');
  if (state.unknownPusher && !state.pushed.includes(head)) return message('approval-unknown-pusher');
  if (!plan || head !== state.head || base.ref !== state.base?.ref || plan.digest !== state.plan.digest)
    return message('approval-stale-head');
  if (bodyDigest !== state.issue?.bodyDigest) return message('approval-stale-issue');
  if (!plannedForIssue(state)) return message('approval-stale-issue', { criteria: 'changed' });
  const typed = command.name === 'approve-plan' ? command.digest : undefined;
  if (typed !== undefined && typed !== plan.digest) return message('approval-wrong-digest', { digest: plan.digest });
  if (typed === undefined && isFresh(state.planAt, comment.at))
    return message('approval-too-fast', { digest: plan.digest });
  const verdict = planConformance.evaluate(
    { kind: 'gantry', plan, criteria: state.issue?.criteria ?? [], files: [] },
    {},
  );
  if (verdict.outcome !== 'pass') return message('plan-not-approvable');
  return undefined;
}
