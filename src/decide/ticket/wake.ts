// What a ticket waits for by the clock: a free slot, the end of a pause, the day on which what nobody approved is put aside.
import { message } from '../../facts/message.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { dispatch } from './dispatch.ts';
import { resume } from './hold.ts';
import { and, ask, block, nothing, type TicketDecision } from './moves.ts';
import { policyOf, type TicketState, waitsForSlot } from './state.ts';

/** When the stage ends by the clock; undefined where it does not. */
function dueAt(state: TicketState): Date | undefined {
  const { stage, waitsSince } = state;
  if (stage.name === 'retrying') return new Date(stage.at);
  const { expireDays } = policyOf(state).gates;
  const atGate = stage.name === 'awaiting_start' || stage.name === 'awaiting_approval';
  return atGate && waitsSince !== undefined && expireDays !== undefined
    ? new Date(Date.parse(waitsSince) + expireDays * dayMs)
    : undefined;
}

const dayMs = 24 * 60 * 60 * 1_000;

/** Nothing is lost: a plan stays on its branch, and /retry has it, or the start, wait for approval again. */
function expire(state: TicketState): TicketDecision {
  const days = String(policyOf(state).gates.expireDays ?? 0);
  return state.stage.name === 'awaiting_start'
    ? block(message('start-expired', { days }), 'start')
    : block(message('approval-expired', { days }), 'verify');
}

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
  if (due) return expire(state);
  return and(waitsForSlot(state) ? ask(dispatch(state, context)) : nothing, { wakeAt: null });
}
