// Whose comment counts as an approval, of a start or of a plan (trust.md 14).
import type { CommandGiven } from '../../facts/comment.ts';
import { type Message, message } from '../../facts/message.ts';
import { atLeast, type Role } from '../../facts/person.ts';
import type { PolicyRead } from '../../facts/policy.ts';
import { policyProblems } from './policy-problems.ts';
import { policyOf, type TicketState, withPolicy } from './state.ts';

/** `genuine`: the comment was read by REST, was never edited and was written by its sender. */
type Read = { ask: CommandGiven; role: Role; genuine: boolean; policy?: PolicyRead | undefined };

/** The first reason why this person does not approve here, by the policy as it was just read. */
export function approverProblem(state: TicketState, { ask, role, genuine, policy }: Read): Message | undefined {
  const { by, viaApp } = ask;
  const { approvers, requester } = policyOf(withPolicy(state, policy)).approval;
  if (by.kind === 'bot') return message('approval-by-bot');
  if (viaApp || !genuine) return message('approval-not-genuine');
  if (!atLeast(role, 'write')) return message('approval-needs-write', { role });
  if (policy?.status === 'broken') return message('approval-policy-broken', policyProblems(policy));
  if (approvers.length > 0 && !approvers.some((login) => login.toLowerCase() === by.login.toLowerCase()))
    return message('approval-needs-named', { approvers: approvers.join(', ') });
  return !requester && by.id === state.requester?.id ? message('approval-by-requester') : undefined;
}

/** What changed less than this before the comment was perhaps not what was read. */
const freshSeconds = 120;

/** A time that cannot be read counts as too early. */
export const isFresh = (changedAt: string | undefined, commentAt: string): boolean =>
  changedAt !== undefined && !(Date.parse(commentAt) >= Date.parse(changedAt) + freshSeconds * 1_000);
