// What is due because of how things stand now, whatever fact led here. Each step is asked for once per head.
import type { Command } from '../command.ts';
import { isMore } from '../gates/demand.ts';
import { approversOf } from '../ticket/plan-gate.ts';
import { blockers, candidates } from './gate.ts';
import { mergeDemand, mergedBy } from './merge-gate.ts';
import type { PullDecision } from './observed.ts';
import { isOpen, type PullState } from './state.ts';

export const join = (...decisions: PullDecision[]): PullDecision => ({
  facts: decisions.flatMap((one) => one.facts ?? []),
  commands: decisions.flatMap((one) => one.commands ?? []),
  tell: decisions.flatMap((one) => one.tell ?? []),
  ...decisions.reduce((last, { wakeAt }) => (wakeAt === undefined ? last : { wakeAt }), {}),
});

export function stepsDue(state: PullState): PullDecision {
  const { header, ticket, steps } = state;
  if (!header || !isOpen(state) || header.origin !== 'gantry' || !ticket) return {};
  const head = header.head.sha;
  const take = (step: 'ready' | 'review' | 'merge', command: Command): PullDecision =>
    steps[step] === head ? {} : { facts: [{ type: 'StepTaken', step, head }], commands: [command] };
  const policy = state.snapshot?.policy.status === 'ok' ? state.snapshot.policy.policy : undefined;
  const open = blockers(state);
  const approvers = policy?.approval.approvers ?? [];
  const inReview = ticket.stage === 'in_review';
  return join(
    inReview && header.draft && !state.readyRefused ? take('ready', { type: 'MarkReady', nodeId: header.nodeId }) : {},
    inReview && approvers.length > 0 && open.some(({ why }) => why.id.startsWith('gate-needs-review'))
      ? take('review', { type: 'AskReview', pull: header.number, of: approvers })
      : {},
    open.length === 0 && mergedBy(state) === 'gantry' ? take('merge', merge(state)) : {},
  );
}

function reviewsAsked(state: PullState) {
  const demand = mergeDemand(state);
  const { approvals, groups } = demand;
  return isMore(demand) ? { reviews: { approvals, groups: groups.map((group) => [...group]) } } : {};
}

function merge(state: PullState): Command {
  const { header, ticket, snapshot } = state;
  const policy = snapshot?.policy.status === 'ok' ? snapshot.policy : undefined;
  return {
    type: 'MergePull',
    pull: header?.number ?? 0,
    head: header?.head.sha ?? '',
    base: header?.base.ref ?? '',
    title: header?.title ?? '',
    reviewers: candidates(state).map(({ by }) => by.login),
    ...reviewsAsked(state),
    policyBlob: policy?.blob ?? '',
    times: state.rerequested['harness/gate'] ?? 0,
    method: policy?.policy.merge.method ?? 'squash',
    ...(ticket?.approval &&
      ticket.plan &&
      ticket.requester && {
        ticket: {
          issue: ticket.issue,
          requester: ticket.requester,
          bodyDigest: ticket.approval.bodyDigest,
          changeId: ticket.plan.changeId,
          planDigest: ticket.approval.planDigest,
          baseDigest: ticket.approval.baseDigest,
          approvers: approversOf(ticket.approval),
        },
      }),
  };
}

/** The gate's nearest blocker goes on record whenever it changes. */
export function gateChange(state: PullState): PullDecision {
  const { header, gate } = state;
  if (!header || !isOpen(state)) return {};
  const [first] = blockers(state);
  const title = first?.why.id ?? 'open';
  if (gate?.head === header.head.sha && gate.title === title) return {};
  return {
    facts: [{ type: 'GateDecided', head: header.head.sha, open: !first, ...(first && { blocker: first.why }) }],
  };
}
