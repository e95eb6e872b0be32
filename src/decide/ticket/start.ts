// From the label to the plan run: who asked, is the issue ready, may work start? And what ends the work.
import { readiness } from '../../../checks/readiness.ts';
import { message } from '../../facts/message.ts';
import { atLeast } from '../../facts/person.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { start } from './dispatch.ts';
import { isOtherPull } from './evolve-branch.ts';
import { hold } from './hold.ts';
import { and, ask, block, enter, nothing, revoke, stop, stopRun, type TicketDecision } from './moves.ts';
import { policyProblems } from './policy-problems.ts';
import { awaitAgain } from './publish.ts';
import { askStart, withoutStartConsents } from './start-gate.ts';
import { isOver, notStarted, type TicketState, withLabels } from './state.ts';

export function issueLabeled(
  state: TicketState,
  { label, by, at }: TicketFactOf<'IssueLabeled'>,
  { number }: Context,
): TicketDecision {
  if (label === 'ai-hold') {
    const late = state.holdLabel !== undefined && at < state.holdLabel.at;
    return by.kind === 'bot' || state.hold || late ? nothing : hold(state, by, 'the label ai-hold was set');
  }
  if (label !== 'ai-ready' || !notStarted(state) || (state.label && at < state.label.at)) return nothing;
  return and(enter({ name: 'checking' }), askStart(state, number, by, 'event'));
}

export function issueUnlabeled(state: TicketState, { label, by, at }: TicketFactOf<'IssueUnlabeled'>): TicketDecision {
  if (label === 'ai-hold')
    return state.hold ? ask({ type: 'ReadLabelAuthority', label, change: 'removed', by }) : nothing;
  if (label !== 'ai-ready' || isOver(state) || (state.label && at < state.label.at)) return nothing;
  return stop(state, message('label-removed', { by: by.login }));
}

/** A closed issue stops the work. Our own merge closes it too, and only in review: then PullClosed says so. */
export function issueClosed(state: TicketState, { by }: TicketFactOf<'IssueClosed'>): TicketDecision {
  if (isOver(state) || (by.kind === 'bot' && state.stage.name === 'in_review')) return nothing;
  return stop(state, message('issue-closed', { by: by.login }));
}

export function pullClosed(state: TicketState, fact: TicketFactOf<'PullClosed'>): TicketDecision {
  const { merged, sha, by } = fact;
  if (isOtherPull(state, fact)) return nothing;
  if (merged)
    return state.stage.name === 'merged'
      ? nothing
      : and(stopRun(state, 'the pull request was merged'), enter({ name: 'merged', sha: sha ?? '' }));
  return isOver(state) ? nothing : stop(state, message('pull-closed', { by: by?.login ?? 'somebody' }));
}

/** Closing it was a stop; opening it again takes that back. Who may, and whether the issue still asks for it, is read live. */
export const pullReopened = (
  state: TicketState,
  { pull, by }: TicketFactOf<'PullReopened'>,
  { number }: Context,
): TicketDecision =>
  pull === state.pull && endedWithPull(state) && by.kind === 'person' ? askStart(state, number, by, 'event') : nothing;

const endedWithPull = ({ stage }: TicketState): boolean => stage.name === 'canceled' && stage.why.id === 'pull-closed';

/** Nothing starts by it: the plan waits for an approval of what is on the branch now. */
const takeBack = (state: TicketState, { by, role }: TicketFactOf<'StartRead'>): TicketDecision =>
  endedWithPull(state) &&
  state.pull !== undefined &&
  !state.pullClosed &&
  state.plan &&
  by.kind === 'person' &&
  atLeast(role, 'write')
    ? awaitAgain(state)
    : nothing;

export function issueEdited(
  state: TicketState,
  { by, issue }: TicketFactOf<'IssueEdited'>,
  { number }: Context,
): TicketDecision {
  // While it is being checked the issue may have been read before this edit was heard of: nobody else asks again.
  const checking = state.stage.name === 'checking';
  if (isOver(state) || (!checking && issue.bodyDigest === state.issue?.bodyDigest)) return nothing;
  const again = askStart(state, number, by, 'event');
  return notStarted(state) && !checking ? and(enter({ name: 'checking' }), again) : again;
}

export function startRead(state: TicketState, fact: TicketFactOf<'StartRead'>, context: Context): TicketDecision {
  const { by, role, issue } = fact;
  const asked = issue?.state === 'open' && fact.labeled;
  if (isOver(state)) return asked ? takeBack(state, fact) : nothing;
  if (!asked) return notStarted(state) ? enter({ name: 'idle' }) : nothing;
  // What the work was started with, or a person with write has seen since, is withdrawn by nobody.
  if (!notStarted(state) && issue.bodyDigest === state.issue?.bodyDigest) return nothing;
  if (!atLeast(role, 'write') || by.kind === 'bot') return notAllowed(state, fact);
  if (state.stage.name !== 'checking') return bodyChanged(state, fact);
  if (!covers(state, fact)) return askEditor(state, fact, context);
  if (fact.policy.status === 'broken')
    return enter({ name: 'idle', notice: message('policy-broken', policyProblems(fact.policy)) });
  const verdict = readiness.evaluate({ kind: 'gantry', criteria: issue.criteria });
  if (verdict.outcome !== 'pass') return enter({ name: 'not_ready', verdict });
  // Whoever labelled asked for it, also where somebody else has edited the text since.
  const requester = fact.covers === 'event' ? (state.label?.by ?? by) : by;
  const ready: TicketState = {
    ...withoutStartConsents(withLabels(state, fact.labels), fact.lapsed),
    requester,
    issue,
    policy: fact.policy,
    base: fact.base,
    ...(fact.body && { body: fact.body }),
  };
  return and({ facts: [{ type: 'TicketStarted', by: requester }] }, start(ready, context, 'plan'));
}

/**
 * Does what was asked for cover the issue as it is now? /retry covers it as it is. A label covers the text of its event, and
 * an edit by somebody with write covers its own, but starts nothing that a label without write has asked for (trust.md 16).
 */
function covers(state: TicketState, { by, covers: how, issue }: TicketFactOf<'StartRead'>): boolean {
  if (how === 'live') return true;
  const { label, edit } = state;
  if (issue?.bodyDigest === label?.covers && by.id === label?.by.id) return true;
  const allowed = by.id === label?.by.id || label?.allowed === true;
  return allowed && edit?.by.id === by.id && edit.digest === issue?.bodyDigest;
}

/** Not covered by who was read, but perhaps by the newest editor. One that is not heard of yet asks by IssueEdited. */
const askEditor = (
  state: TicketState,
  { by, issue }: TicketFactOf<'StartRead'>,
  { number }: Context,
): TicketDecision =>
  state.edit && state.edit.digest === issue?.bodyDigest && state.edit.by.id !== by.id
    ? askStart(state, number, state.edit.by, 'event')
    : nothing;

/** The label covers the issue as its author saw it: an edit by somebody without write withdraws it. */
function notAllowed(state: TicketState, { by, role }: TicketFactOf<'StartRead'>): TicketDecision {
  const edited = state.edit?.by.id === by.id;
  const notice = message(edited ? 'issue-edited-by-outsider' : 'start-needs-write', { by: by.login, role });
  if (notStarted(state)) return enter({ name: 'idle', notice });
  return stop(state, notice);
}

function bodyChanged(state: TicketState, { by, issue }: TicketFactOf<'StartRead'>): TicketDecision {
  if (issue?.bodyDigest === state.issue?.bodyDigest) return nothing;
  const why = message('issue-edited', { by: by.login });
  if (state.approval) return revoke(state, why);
  if (state.stage.name === 'planning') return and(stopRun(state, 'the issue was edited'), block(why, 'plan'));
  return nothing;
}
