// The one human gate: what an approval needs, and what it is bound to. What makes it fall is in branch.ts.
import { planConformance } from '../../../checks/plan-conformance.ts';
import type { Approval } from '../../facts/approval.ts';
import type { CommandGiven } from '../../facts/comment.ts';
import { type Message, message } from '../../facts/message.ts';
import { atLeast } from '../../facts/person.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { reread } from './branch.ts';
import { carryOut } from './dispatch.ts';
import { and, ask, done, heldBy, nothing, refuse, type TicketDecision } from './moves.ts';
import { together } from './plan-gate.ts';
import { policyProblems } from './policy-problems.ts';
import { plannedForIssue, policyOf, type TicketState, withLabels, withPolicy } from './state.ts';

/** A plan that changed less than this before the comment was perhaps not the one that was read. */
const freshSeconds = 120;

export function approvePlan(state: TicketState, given: CommandGiven, { number }: Context): TicketDecision {
  const { plan, branch, base } = state;
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
function approvalProblem(
  state: TicketState,
  { ask: given, role, genuine, bodyDigest, head, base, plan, policy }: TicketFactOf<'ApprovalRead'>,
): Message | undefined {
  const { by, command, comment } = given;
  const { approvers, requester } = policyOf(withPolicy(state, policy)).approval;
  if (state.stage.name !== 'awaiting_approval' || !state.plan)
    return message('nothing-to-approve', { stage: state.stage.name });
  if (state.hold) return heldBy(state.hold);
  if (by.kind === 'bot') return message('approval-by-bot');
  if (given.viaApp || !genuine) return message('approval-not-genuine');
  if (!atLeast(role, 'write')) return message('approval-needs-write', { role });
  if (policy?.status === 'broken') return message('approval-policy-broken', policyProblems(policy));
  if (approvers.length > 0 && !approvers.some((login) => login.toLowerCase() === by.login.toLowerCase())) {
    return message('approval-needs-named', { approvers: approvers.join(', ') });
  }
  if (!requester && by.id === state.requester?.id) return message('approval-by-requester');
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

/** A time that cannot be read counts as too early. */
const isFresh = (planAt: string | undefined, commentAt: string): boolean =>
  planAt !== undefined && !(Date.parse(commentAt) >= Date.parse(planAt) + freshSeconds * 1_000);
