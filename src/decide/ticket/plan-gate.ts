// The gate of a plan by policy: how many people approve it, who, and when nobody has to.
import { planConformance } from '../../../checks/plan-conformance.ts';
import type { Approval } from '../../facts/approval.ts';
import { type Message, message } from '../../facts/message.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { type Demand, demandData, demandOf, isMet, isMore } from '../gates/demand.ts';
import { plannedForIssue, policyOf, type TicketState } from './state.ts';

export const planDemand = (state: TicketState): Demand =>
  demandOf('plan', policyOf(state), { paths: state.plan?.scope, labels: state.labels ?? [] });

/** What the gate asks for goes on record whenever a plan begins to wait. */
export function gateJudged(state: TicketState): TicketFactOf<'GateJudged'> {
  const { approvals, groups, why, waived } = planDemand(state);
  return {
    type: 'GateJudged',
    stage: 'plan',
    approvals: waived === undefined ? approvals : 0,
    groups: groups.map((group) => [...group]),
    why: [...why],
    ...(waived !== undefined && { waived }),
  };
}

/** Consents to the very same by other people: a changed plan, issue or base has none. */
export const standing = ({ consents = [] }: TicketState, approval: Approval): Approval[] =>
  consents.filter(
    (one) =>
      one.by.id !== approval.by.id &&
      one.planDigest === approval.planDigest &&
      one.bodyDigest === approval.bodyDigest &&
      one.baseRef === approval.baseRef &&
      one.baseDigest === approval.baseDigest,
  );

/** The approval with those before it, once they are enough together; undefined while more are asked for. */
export function together(state: TicketState, approval: Approval): Approval | undefined {
  const others = standing(state, approval);
  if (
    !isMet(
      planDemand(state),
      [...others, approval].map(({ by }) => by.login),
    )
  )
    return undefined;
  return others.length === 0
    ? approval
    : { ...approval, others: others.map(({ by, comment, at }) => ({ by, comment, at })) };
}

export const approversOf = ({ by, others = [], waived }: Approval): string[] =>
  waived === undefined ? [by.login, ...others.map((one) => one.by.login)] : [];

/** What is asked for beyond the one approval, for people to read; undefined where it is just that. */
export function planGate(state: TicketState): Message | undefined {
  if (!state.plan) return undefined;
  const { approval } = state;
  if (approval?.waived !== undefined) return message('gate-plan-waived', { why: approval.waived });
  const demand = planDemand(state);
  const given = approval ? approversOf(approval) : (state.consents ?? []).map(({ by }) => by.login);
  return isMore(demand) ? message('gate-plan-demands', demandData(demand, given.length)) : undefined;
}

const nobody = { id: 0, login: 'policy', kind: 'bot' } as const;

/**
 * The approval that nobody has to give: only of a plan of ours, for the issue as it is, by the policy as it was just read, and
 * never after one fell. It is bound to the same digests as a person's.
 */
export function waivedApproval(
  state: TicketState,
  { head, plan, policy }: TicketFactOf<'PlanRead'>,
  { now }: Context,
): Approval | undefined {
  const { stage, issue, base } = state;
  const mine = state.pushed.includes(head) && state.pushers.length === 0 && !state.unknownPusher;
  const fresh = stage.name === 'awaiting_approval' && !state.revoked && !state.hold && plannedForIssue(state);
  if (!mine || !fresh || !plan || !issue || !base || policy?.status !== 'ok') return undefined;
  const { waived } = demandOf('plan', policy.policy, { paths: plan.scope, labels: state.labels ?? [] });
  const fits = planConformance.evaluate({ kind: 'gantry', plan, criteria: issue.criteria, files: [] }, {});
  if (waived === undefined || fits.outcome !== 'pass') return undefined;
  return {
    by: nobody,
    comment: 0,
    at: now.toISOString(),
    planDigest: plan.digest,
    planCommit: head,
    bodyDigest: issue.bodyDigest,
    baseRef: base.ref,
    baseDigest: plan.baseDigest,
    waived,
  };
}
