// An operator's orders: a ticket is kept still, its run is stopped, or it is ended. Admission enforces; here it is shown and gone on from.
import type { Standstill } from '../../facts/control.ts';
import { message } from '../../facts/message.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { dispatch } from './dispatch.ts';
import { and, ask, block, nothing, resumePoint, stop, type TicketDecision } from './moves.ts';
import { isOver, liveRun, type TicketState, waitsForSlot } from './state.ts';
import { without } from './without.ts';

/** Once nothing keeps it still any more, a run that was put off is asked for again. */
export const standstillChanged = (
  state: TicketState,
  { standstill }: TicketFactOf<'StandstillChanged'>,
  context: Context,
): TicketDecision => (goesOn(state, standstill) ? ask(dispatch(state, context)) : nothing);

export const withStandstill = (state: TicketState, { standstill }: TicketFactOf<'StandstillChanged'>): TicketState => ({
  ...without(state, 'standstill'),
  // One that is over is not told of the end, so it does not keep the beginning.
  ...(standstill && !isOver(state) && { standstill }),
  dispatching: state.dispatching + (goesOn(state, standstill) ? 1 : 0),
});

const goesOn = (state: TicketState, standstill: Standstill | undefined): boolean =>
  standstill === undefined && state.standstill !== undefined && waitsForSlot(state);

/** Its token is dead already; the workflow run has still to be ended, also of a run that nobody waits for any more. */
export function runStopped(state: TicketState, { run, by, why }: TicketFactOf<'RunStopped'>): TicketDecision {
  const end = ask({ type: 'CancelRun', run, why: `stopped by ${by}: ${why}` });
  return liveRun(state) === run ? and(end, block(message('run-stopped', { run, by, why }), resumePoint(state))) : end;
}

export const ticketStopped = (state: TicketState, { by, why }: TicketFactOf<'TicketStopped'>): TicketDecision =>
  isOver(state) ? nothing : stop(state, message('stopped-by-operator', { by, why }));
