// `/approve-plan` before there is a plan: the yes to making one, for the issue as it is now.
import type { StartConsent } from '../../facts/approval.ts';
import { type Message, message } from '../../facts/message.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { approverProblem, isFresh } from './approver.ts';
import { start } from './dispatch.ts';
import { and, done, heldBy, nothing, refuse, type TicketDecision } from './moves.ts';
import { mayStart, withoutStartConsents, withStartConsent } from './start-gate.ts';
import { type TicketState, withLabels, withPolicy } from './state.ts';

export function startApprovalRead(
  state: TicketState,
  fact: TicketFactOf<'StartApprovalRead'>,
  context: Context,
): TicketDecision {
  const { ask: given, bodyDigest = '' } = fact;
  const problem = startProblem(state, fact);
  if (problem) return refuse(given, problem);
  const consent: StartConsent = { by: given.by, comment: given.comment.id, at: given.comment.at, bodyDigest };
  const before = withoutStartConsents(withLabels(withPolicy(state, fact.policy), fact.labels), fact.lapsed);
  const next = withStartConsent(before, consent);
  return and(
    { facts: [{ type: 'StartConsented', consent }] },
    done(given),
    mayStart(next) ? start(next, context, 'plan') : nothing,
  );
}

/** The first reason why this comment does not approve, or nothing. The order is what a person should mend first. */
function startProblem(state: TicketState, fact: TicketFactOf<'StartApprovalRead'>): Message | undefined {
  const { ask: given, bodyDigest, labels = [] } = fact;
  const { stage, issue, edit } = state;
  if (stage.name !== 'awaiting_start') return message('nothing-to-approve', { stage: stage.name });
  if (state.hold) return heldBy(state.hold);
  const person = approverProblem(state, fact);
  if (person) return person;
  if (!issue || bodyDigest !== issue.bodyDigest || !labels.includes('ai-ready')) return message('start-approval-stale');
  const digest = issue.bodyDigest;
  const typed = given.command.name === 'approve-plan' ? given.command.digest : undefined;
  if (typed !== undefined && typed !== digest) return message('start-approval-wrong-digest', { digest });
  const unread = typed === undefined && edit?.digest === digest && isFresh(edit.at, given.comment.at);
  return unread ? message('start-approval-too-fast', { digest }) : undefined;
}
