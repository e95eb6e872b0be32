// The one human gate: what an approval needs, what it is bound to, and what makes it fall.
import { planConformance } from '../../../checks/plan-conformance.ts';
import type { Approval } from '../../facts/approval.ts';
import type { CommandGiven } from '../../facts/comment.ts';
import { type Message, message } from '../../facts/message.ts';
import { atLeast } from '../../facts/person.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { and, ask, block, done, enter, nothing, refuse, revoke, start, stopRun, type TicketDecision } from './moves.ts';
import { isOver, policyOf, type TicketState } from './state.ts';

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
  const approved: TicketState = { ...state, approval };
  const reusable = state.work?.tree !== undefined && state.work.planDigest === approval.planDigest;
  const ownHead = state.head !== undefined && state.pushed.includes(state.head);
  const next =
    reusable && ownHead && state.head !== state.work?.start
      ? start(approved, context, 'verify', { kind: 'head', sha: state.head ?? '' })
      : reusable && state.work?.start === state.head
        ? start(approved, context, 'verify')
        : start(approved, context, 'implement');
  return and({ facts: [{ type: 'PlanApproved', approval }] }, done(given), next);
}

/** The first reason why this comment does not approve, or nothing. The order is what a person should mend first. */
function approvalProblem(
  state: TicketState,
  { ask: given, role, genuine, bodyDigest, head, plan }: TicketFactOf<'ApprovalRead'>,
): Message | undefined {
  const { by, command, comment } = given;
  const { approvers, requester } = policyOf(state).approval;
  if (state.stage.name !== 'awaiting_approval' || !state.plan)
    return message('nothing-to-approve', { stage: state.stage.name });
  if (state.hold) return message('held', { by: state.hold.by, why: state.hold.why });
  if (by.kind === 'bot') return message('approval-by-bot');
  if (given.viaApp || !genuine) return message('approval-not-genuine');
  if (!atLeast(role, 'write')) return message('approval-needs-write', { role });
  if (approvers.length > 0 && !approvers.some((login) => login.toLowerCase() === by.login.toLowerCase())) {
    return message('approval-needs-named', { approvers: approvers.join(', ') });
  }
  if (!requester && by.id === state.requester?.id) return message('approval-by-requester');
  if ((given.pushers ?? state.pushers).includes(by.id)) return message('approval-by-pusher');
  if (!plan || head !== state.head || plan.digest !== state.plan.digest) return message('approval-stale-head');
  if (bodyDigest !== state.issue?.bodyDigest) return message('approval-stale-issue');
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

const isFresh = (planAt: string | undefined, commentAt: string): boolean =>
  planAt !== undefined && Date.parse(commentAt) < Date.parse(planAt) + freshSeconds * 1_000;

/** Something moved that an approval is bound to: read it again. */
export function reread(state: TicketState): TicketDecision {
  const { plan, head, base, approval, stage } = state;
  if (!plan || !head || !base || isOver(state) || stage.name === 'planning' || stage.name === 'publishing_plan')
    return nothing;
  return ask({
    type: 'ReadPlan',
    head,
    base: base.ref,
    changeId: plan.changeId,
    ...(approval && {
      approval: { login: approval.by.login, planDigest: approval.planDigest, baseDigest: approval.baseDigest },
    }),
  });
}

export const headMoved = (state: TicketState, { sha, pushers }: TicketFactOf<'HeadMoved'>): TicketDecision =>
  reread({ ...state, head: sha, pushers });

export const baseMoved = (state: TicketState, { ref }: TicketFactOf<'BaseMoved'>): TicketDecision =>
  ref === state.base?.ref ? reread(state) : nothing;

export const membersChanged = (state: TicketState): TicketDecision => (state.approval ? reread(state) : nothing);

export function planRead(state: TicketState, fact: TicketFactOf<'PlanRead'>, context: Context): TicketDecision {
  const { stage, approval } = state;
  if (isOver(state) || fact.head !== state.head || stage.name === 'planning' || stage.name === 'publishing_plan')
    return nothing;
  if (!fact.plan) return and(revoke(state, message('plan-gone')), block(message('plan-gone'), 'plan'));
  if (approval && !fact.approvalHolds) return revoke(state, fact.why ?? message('plan-changed'));
  const byPeople = !state.pushed.includes(fact.head);
  const judged = state.layers?.sha === fact.head && !state.layers.stored;
  if (!approval || !byPeople || judged || stage.name === 'implementing' || stage.name === 'publishing') return nothing;
  return and(
    stopRun(state, 'the branch was pushed to'),
    start({ ...state, head: fact.head }, context, 'verify', { kind: 'head', sha: fact.head }),
  );
}

export const pullRetargeted = (state: TicketState, { base }: TicketFactOf<'PullRetargeted'>): TicketDecision =>
  isOver(state) || base === state.base?.ref
    ? nothing
    : and(revoke(state, message('retargeted', { base })), reread({ ...state, base: { ref: base, sha: '' } }));

/** A comment that approved must stay what it was. */
export const commentChanged = (
  state: TicketState,
  { comment, how, by }: TicketFactOf<'CommentChanged'>,
): TicketDecision =>
  state.approval?.comment === comment && !isOver(state)
    ? revoke(state, message('approval-comment-changed', { how, by: by.login }))
    : nothing;

export function pullClosed(state: TicketState, { merged, sha, by }: TicketFactOf<'PullClosed'>): TicketDecision {
  if (merged) return and(stopRun(state, 'the pull request was merged'), enter({ name: 'merged', sha: sha ?? '' }));
  if (isOver(state)) return nothing;
  const why = message('pull-closed', { by: by?.login ?? 'somebody' });
  return and(
    state.approval ? { facts: [{ type: 'ApprovalRevoked', why }] } : nothing,
    stopRun(state, 'the pull request was closed'),
    enter({ name: 'canceled', why }),
  );
}
