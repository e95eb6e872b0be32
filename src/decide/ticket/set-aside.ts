// What cannot be decided on: nothing rests on what was understood without it. And what an operator asks for again.
import { message } from '../../facts/message.ts';
import type { StageName } from '../../facts/stage.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { resume } from './hold.ts';
import { and, block, disapprove, enter, halt, nothing, type TicketDecision } from './moves.ts';
import { askStart } from './start-gate.ts';
import { isOver, type TicketState } from './state.ts';

/** Nothing goes on in these: whoever starts anew has everything read live. */
const still: readonly StageName[] = ['not_ready'];

/** The fact may have been the one that an approval falls by. A plan that waits for approval waits on. */
export function factSetAside(state: TicketState, { of }: TicketFactOf<'FactSetAside'>): TicketDecision {
  if (isOver(state) || still.includes(state.stage.name)) return nothing;
  const why = message('fact-set-aside', { fact: of });
  const stopped = state.stage.name === 'awaiting_approval' ? block(why, 'verify') : halt(state, why);
  return and(disapprove(state, why), stopped);
}

/** Taken up where the ticket still stands where that was given up, as /retry would; else it has gone on without it. */
export function replayed(state: TicketState, { of, what }: TicketFactOf<'Replayed'>, context: Context): TicketDecision {
  const { stage, label } = state;
  if (stage.name !== 'blocked' || state.hold) return nothing;
  const { id, data } = stage.why;
  const stands = of === 'command' ? id === 'gave-up' && data.command === what : data.run === what;
  if (!stands) return nothing;
  if (stage.resume !== 'start') return resume(state, context);
  // An operator starts nothing in somebody's name: what was asked for by the label is read once more.
  return label?.on
    ? and(enter({ name: 'checking' }), askStart(state, context.number, label.by, 'event'), { takenUp: true })
    : nothing;
}
