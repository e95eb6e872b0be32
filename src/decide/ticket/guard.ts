// The one place that holds a decision to the table of transitions.
import { message } from '../../facts/message.ts';
import type { StageName } from '../../facts/stage.ts';
import { halt, nothing, type TicketDecision } from './moves.ts';
import { isOver, liveRun, type TicketState } from './state.ts';
import { illegalStep } from './transitions.ts';

/**
 * An illegal step is a fault of ours. Nothing of its decision is done: the ticket stops, a person reads that Gantry is at
 * fault and may type /retry, and `refused` says why, for the log and for tests, which fail on it. The stream goes on.
 */
export function guard(state: TicketState, decision: TicketDecision): TicketDecision {
  const entered = (decision.facts ?? []).flatMap((fact): StageName[] =>
    fact.type === 'StageEntered' ? [fact.stage.name] : [],
  );
  const illegal = illegalStep(state.stage.name, entered);
  if (!illegal) return decision;
  const refused = `a ticket may not go from ${illegal.from} to ${illegal.to}`;
  if (isOver(state)) return { ...nothing, refused };
  const why = message('run-failed', { run: liveRun(state) ?? 'none', why: refused, class: 'bug' });
  return { ...halt(state, why), refused };
}
