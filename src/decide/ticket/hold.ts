// Stopping by people and going on again: holds, and where a stopped ticket takes up its work.
import { type Actor, atLeast } from '../../facts/person.ts';
import type { StageName } from '../../facts/stage.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { carryOut, start } from './dispatch.ts';
import { and, enter, halt, heldBy, nothing, type TicketDecision } from './moves.ts';
import { publishAgain, publishPlan } from './publish.ts';
import { askStart } from './start-gate.ts';
import type { TicketState } from './state.ts';
import { without } from './without.ts';

/** Stages in which something goes on by itself. The others wait for a person, and wait on. */
const working: readonly StageName[] = [
  'planning',
  'publishing_plan',
  'implementing',
  'verifying',
  'publishing',
  'between_phases',
  'retrying',
];

export const hold = (state: TicketState, by: Actor, why: string): TicketDecision =>
  and(
    { facts: [{ type: 'Held', by, why }] },
    working.includes(state.stage.name) ? halt(state, heldBy({ by: by.login, why })) : nothing,
  );

/** Only what the hold itself stopped goes on: another stop still waits for its own answer. */
export const unhold = (state: TicketState, by: Actor, context: Context): TicketDecision =>
  and(
    { facts: [{ type: 'Unheld', by }] },
    state.stage.name === 'blocked' && state.stage.why.id === 'held'
      ? resume(without(state, 'hold'), context, by)
      : nothing,
  );

export function labelAuthorityRead(
  state: TicketState,
  { by, role, change }: TicketFactOf<'LabelAuthorityRead'>,
  context: Context,
): TicketDecision {
  if (!state.hold || change !== 'removed') return nothing;
  return by.kind === 'bot' || !atLeast(role, 'write')
    ? { facts: [{ type: 'HoldRestored', by }] }
    : unhold(state, by, context);
}

/** Goes on where the ticket stopped. `by` asks for it; nobody does where a pause is over. */
export const resume = (state: TicketState, context: Context, by?: Actor): TicketDecision =>
  and(resumed(state, context, by), { takenUp: true });

function resumed(state: TicketState, context: Context, by?: Actor): TicketDecision {
  const { stage } = state;
  if (stage.name !== 'blocked' && stage.name !== 'retrying') return nothing;
  switch (stage.resume) {
    case 'start':
      if (!by) return nothing;
      return and(enter({ name: 'checking' }), askStart(state, context.number, by, 'live'));
    case 'plan':
      return start(state, context, 'plan');
    case 'publish_plan':
      return publishPlan(state, context);
    case 'implement':
      return state.approval ? start(state, context, 'implement') : carryOut(state, context);
    case 'verify':
      return carryOut(state, context);
    case 'publish':
      return publishAgain(state, context);
  }
}
