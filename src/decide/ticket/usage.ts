// What runs have used, summed over the life of a ticket.
import type { Usage } from '../../facts/run.ts';
import type { TicketState } from './state.ts';

/** It is counted whether the run reported or was lost. */
export const withUsage = (state: TicketState, usage: Usage | undefined): TicketState =>
  usage
    ? {
        ...state,
        tokens: { input: state.tokens.input + usage.inputTokens, output: state.tokens.output + usage.outputTokens },
        ...(usage.reservedTokens !== undefined && { unsettled: (state.unsettled ?? 0) + usage.reservedTokens }),
        ...(usage.costMicros !== undefined && { costMicros: (state.costMicros ?? 0) + usage.costMicros }),
      }
    : state;
