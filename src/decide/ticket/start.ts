// From the label to the plan run: who asked, is the issue ready, may work start?
import { readiness } from '../../../checks/readiness.ts';
import { message } from '../../facts/message.ts';
import { atLeast } from '../../facts/person.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { and, ask, block, enter, nothing, revoke, start, stopRun, type TicketDecision } from './moves.ts';
import { isOver, notStarted, type TicketState } from './state.ts';

export function issueLabeled(
  state: TicketState,
  { label, by, at }: TicketFactOf<'IssueLabeled'>,
  { number }: Context,
): TicketDecision {
  if (label === 'ai-hold') {
    if (by.kind === 'bot' || state.hold) return nothing;
    return and({ facts: [{ type: 'Held', by, why: 'the label ai-hold was set' }] }, pause(state));
  }
  if (label !== 'ai-ready' || !notStarted(state) || (state.label && at < state.label.at)) return nothing;
  return and(enter({ name: 'checking' }), ask({ type: 'ReadStart', issue: number, by, covers: 'event' }));
}

/** Stops a live run and remembers where to go on. */
export function pause(state: TicketState): TicketDecision {
  const { stage } = state;
  const why = message('held', { by: state.hold?.by ?? '', why: '' });
  if (stage.name === 'planning') return and(stopRun(state, 'the ticket is on hold'), block(why, 'plan'));
  if (stage.name === 'implementing') return and(stopRun(state, 'the ticket is on hold'), block(why, 'implement'));
  if (stage.name === 'verifying') return and(stopRun(state, 'the ticket is on hold'), block(why, 'verify'));
  return nothing;
}

export function issueUnlabeled(state: TicketState, { label, by, at }: TicketFactOf<'IssueUnlabeled'>): TicketDecision {
  if (label === 'ai-hold')
    return state.hold ? ask({ type: 'ReadLabelAuthority', label, change: 'removed', by }) : nothing;
  if (label !== 'ai-ready' || isOver(state) || (state.label && at < state.label.at)) return nothing;
  return stop(state, message('label-removed', { by: by.login }));
}

export const stop = (state: TicketState, why: ReturnType<typeof message>): TicketDecision =>
  and(
    state.approval ? { facts: [{ type: 'ApprovalRevoked', why }] } : nothing,
    stopRun(state, 'the work on this issue was stopped'),
    enter({ name: 'canceled', why }),
  );

/** A closed issue stops the work, except where it is our own merge that closed it: then PullClosed says so. */
export function issueClosed(state: TicketState, { by }: TicketFactOf<'IssueClosed'>): TicketDecision {
  if (isOver(state) || by.kind === 'bot') return nothing;
  return stop(state, message('issue-closed', { by: by.login }));
}

export function issueEdited(
  state: TicketState,
  { by, issue }: TicketFactOf<'IssueEdited'>,
  { number }: Context,
): TicketDecision {
  if (isOver(state) || issue.bodyDigest === state.issue?.bodyDigest) return nothing;
  const again = ask({ type: 'ReadStart', issue: number, by, covers: 'event' });
  return state.stage.name === 'not_ready' ? and(enter({ name: 'checking' }), again) : again;
}

export function startRead(state: TicketState, fact: TicketFactOf<'StartRead'>, context: Context): TicketDecision {
  const { by, role, issue } = fact;
  if (isOver(state)) return nothing;
  if (!issue || issue.state === 'closed' || !fact.labeled) {
    return notStarted(state) ? enter({ name: 'idle' }) : nothing;
  }
  if (!atLeast(role, 'write') || by.kind === 'bot') return notAllowed(state, fact);
  if (state.stage.name !== 'checking') return bodyChanged(state, fact);

  const covered =
    fact.covers === 'live' ||
    issue.bodyDigest === state.label?.covers ||
    (state.edit?.by.id === by.id && state.edit.digest === issue.bodyDigest);
  if (!covered) {
    const editor = state.edit?.digest === issue.bodyDigest ? state.edit.by : undefined;
    return editor ? ask({ type: 'ReadStart', issue: context.number, by: editor, covers: 'event' }) : nothing;
  }
  if (fact.policy.status === 'broken')
    return enter({ name: 'idle', notice: message('policy-broken', problemsOf(fact)) });
  const verdict = readiness.evaluate({ kind: 'gantry', criteria: issue.criteria });
  if (verdict.outcome !== 'pass') return enter({ name: 'not_ready', verdict });
  const ready: TicketState = {
    ...state,
    requester: by,
    issue,
    policy: fact.policy,
    base: fact.base,
    ...(fact.body && { body: fact.body }),
  };
  return and({ facts: [{ type: 'TicketStarted', by }] }, start(ready, context, 'plan'));
}

/** The label covers the issue as its author saw it: an edit by somebody without write withdraws it. */
function notAllowed(state: TicketState, { by, role }: TicketFactOf<'StartRead'>): TicketDecision {
  const edited = state.edit?.by.id === by.id;
  const notice = message(edited ? 'issue-edited-by-outsider' : 'start-needs-write', { by: by.login, role });
  if (state.stage.name === 'checking' || state.stage.name === 'not_ready') return enter({ name: 'idle', notice });
  return stop(state, notice);
}

function bodyChanged(state: TicketState, { by, issue }: TicketFactOf<'StartRead'>): TicketDecision {
  if (issue?.bodyDigest === state.issue?.bodyDigest) return nothing;
  const why = message('issue-edited', { by: by.login });
  if (state.approval) return revoke(state, why);
  if (state.stage.name === 'planning') return and(stopRun(state, 'the issue was edited'), block(why, 'plan'));
  return nothing;
}

const problemsOf = ({ policy }: TicketFactOf<'StartRead'>): Record<string, string> =>
  policy.status === 'broken'
    ? { problems: policy.problems.map(({ line, message }) => `line ${line}: ${message}`).join('\n') }
    : {};

export function labelAuthorityRead(
  state: TicketState,
  { by, role }: TicketFactOf<'LabelAuthorityRead'>,
  context: Context,
): TicketDecision {
  if (!state.hold) return nothing;
  if (by.kind === 'bot' || !atLeast(role, 'write')) return { facts: [{ type: 'HoldRestored', by }] };
  return and({ facts: [{ type: 'Unheld', by }] }, resume(withoutHold(state), context));
}

export const withoutHold = ({ hold: _, ...state }: TicketState): TicketState => state;

/** Goes on where the ticket stopped. */
export function resume(state: TicketState, context: Context): TicketDecision {
  const { stage } = state;
  if (stage.name !== 'blocked') return nothing;
  switch (stage.resume) {
    case 'start':
      return and(
        enter({ name: 'checking' }),
        state.requester
          ? ask({ type: 'ReadStart', issue: context.number, by: state.requester, covers: 'live' })
          : nothing,
      );
    case 'plan':
    case 'publish_plan':
      return start(state, context, 'plan');
    case 'implement':
      return state.approval ? start(state, context, 'implement') : enter({ name: 'awaiting_approval' });
    case 'verify':
    case 'publish':
      return state.approval ? start(state, context, 'verify') : enter({ name: 'awaiting_approval' });
  }
}
