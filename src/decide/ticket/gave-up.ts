// A command was given up: the ticket stops where it waited for the answer. Everything else goes on without it.
import { message } from '../../facts/message.ts';
import type { StageName } from '../../facts/stage.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Command } from '../command.ts';
import type { Context } from '../contract.ts';
import { and, halt, nothing, stopRun, type TicketDecision } from './moves.ts';
import { liveRun, type TicketState } from './state.ts';
import { nextTry, waitFor } from './try-again.ts';

/**
 * The stages that cannot go on without a command's answer. What is not read of a person's rights changes nothing, and an
 * approval that cannot be read again may not stand on.
 */
const waiting: { [Type in Command['type']]?: readonly StageName[] } = {
  ReadStart: ['checking'],
  DispatchRun: ['planning', 'implementing', 'verifying'],
  InspectBundle: ['publishing_plan', 'implementing'],
  PushTree: ['publishing_plan', 'publishing'],
  OpenPull: ['publishing_plan'],
  ReadPlan: ['implementing', 'verifying', 'publishing', 'between_phases', 'in_review'],
};

/**
 * Where taking it up again costs nothing that was paid for: the run was never started, or a finished tree is published.
 */
const cheap = (state: TicketState, command: string): boolean =>
  command === 'DispatchRun' || state.stage.name === 'publishing_plan' || state.stage.name === 'publishing';

export function gaveUp(state: TicketState, fact: TicketFactOf<'GaveUp'>, context: Context): TicketDecision {
  const { command, why, class: failure } = fact;
  const stages: readonly StageName[] = Object.hasOwn(waiting, command)
    ? (waiting[command as Command['type']] ?? [])
    : [];
  if (!stages.includes(state.stage.name)) return nothing;
  // A run that answered its dispatch was not given up: it was one before it.
  if (command === 'DispatchRun' && state.dispatched?.run === liveRun(state)) return nothing;
  const seed = 'run' in state.stage ? state.stage.run : command;
  const retry = failure && cheap(state, command) ? nextTry(state, failure, seed) : undefined;
  if (retry) return and(stopRun(state, 'its step was given up'), waitFor(state, context, retry, why));
  return halt(state, message('gave-up', { command, why, ...(failure && { class: failure }) }));
}
