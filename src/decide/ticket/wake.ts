// What a ticket waits for by the clock: a free slot, the end of a pause.
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { dispatch } from './dispatch.ts';
import { resume } from './hold.ts';
import { and, ask, nothing, type TicketDecision } from './moves.ts';
import { type TicketState, waitsForSlot } from './state.ts';

/** When the stage ends by the clock; undefined where it does not. */
const dueAt = ({ stage }: TicketState): Date | undefined =>
  stage.name === 'retrying' ? new Date(stage.at) : undefined;

/** A stage that is entered brings its own hour, and takes the one of the stage before it away. */
export function timed(before: TicketState, after: TicketState, decision: TicketDecision): TicketDecision {
  if (after.stage === before.stage || decision.wakeAt !== undefined) return decision;
  const due = dueAt(after);
  return due || dueAt(before) || waitsForSlot(before) ? { ...decision, wakeAt: due ?? null } : decision;
}

/** A wake-up that was meant for an earlier stage leaves the present hour as it is. */
export function woken(state: TicketState, _: TicketFactOf<'Woken'>, context: Context): TicketDecision {
  const due = dueAt(state);
  if (due && context.now < due) return nothing;
  if (state.stage.name === 'retrying') return resume(state, context);
  return and(waitsForSlot(state) ? ask(dispatch(state, context)) : nothing, { wakeAt: null });
}
