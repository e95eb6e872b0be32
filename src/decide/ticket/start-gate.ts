// The gate before the first run of a ticket: by policy, people approve that a plan is made at all.
import type { StartConsent } from '../../facts/approval.ts';
import type { Actor } from '../../facts/person.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { CommandOf } from '../command.ts';
import { type Demand, demandData, demandOf, isMet } from '../gates/demand.ts';
import { and, ask, enter, type TicketDecision } from './moves.ts';
import { policyOf, type TicketState } from './state.ts';

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** What a ticket will touch is not known yet: rules for the start go by labels, or hold for every ticket. */
export const startDemand = (state: TicketState): Demand =>
  demandOf('start', policyOf(state), { paths: undefined, labels: state.labels ?? [] });

/** Consents that count now: for the issue as it is, by people whom the policy in force lets approve. */
export function startApprovers(state: TicketState): string[] {
  const { approvers, requester } = policyOf(state).approval;
  return (state.startConsents ?? [])
    .filter(
      ({ by, bodyDigest }) => bodyDigest === state.issue?.bodyDigest && (requester || by.id !== state.requester?.id),
    )
    .map(({ by }) => by.login)
    .filter((login) => approvers.length === 0 || approvers.some((one) => same(one, login)));
}

/** Asked before every plan run, also of one that is made anew: an edited issue asks again. */
export const mayStart = (state: TicketState): boolean => isMet(startDemand(state), startApprovers(state));

export function awaitStart(state: TicketState): TicketDecision {
  const { approvals, groups, why } = startDemand(state);
  const judged: TicketFactOf<'GateJudged'> = {
    type: 'GateJudged',
    stage: 'start',
    approvals: Math.max(approvals, groups.length > 0 ? 1 : 0),
    groups: groups.map((group) => [...group]),
    why: [...why],
  };
  return and(enter({ name: 'awaiting_start' }), { facts: [judged] });
}

/** For sentences: how many, of whom, why, and who asked. */
export const startGate = (state: TicketState): Record<string, string> => ({
  ...demandData(startDemand(state), startApprovers(state).length),
  by: state.requester?.login ?? '',
});

export const withStartConsent = (state: TicketState, consent: StartConsent): TicketState => ({
  ...state,
  startConsents: [...(state.startConsents ?? []).filter(({ by }) => by.id !== consent.by.id), consent].slice(-20),
});

/** Consents are read again with whatever else a start is judged by: who gave one may have lost write since. */
export const askStart = (
  state: TicketState,
  issue: number,
  by: Actor,
  covers: CommandOf<'ReadStart'>['covers'],
): TicketDecision => ask({ type: 'ReadStart', issue, by, covers, ...consentedBy(state) });

export const consentedBy = ({ startConsents = [] }: TicketState): { consented?: string[] } =>
  startConsents.length > 0 ? { consented: startConsents.map(({ by }) => by.login) } : {};

/** Whoever of them may again, says so again. */
export const withoutStartConsents = (state: TicketState, logins: readonly string[] = []): TicketState =>
  state.startConsents
    ? { ...state, startConsents: state.startConsents.filter(({ by }) => !logins.some((one) => same(one, by.login))) }
    : state;
