// What budgets mean for a ticket: which one ended a run, how far the lifetime ones are used, what waits for the next day.
import { type BudgetUse, budgetSpent, microsOf } from '../../facts/budget.ts';
import type { RunLine } from '../../facts/pull.ts';
import { outcomeOfBudget } from '../../facts/run.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import { withOutcome } from './evolve-run.ts';
import { block, resumePoint, type TicketDecision } from './moves.ts';
import { liveRun, policyOf, type TicketState } from './state.ts';

/** The run was ended by a budget: the ticket stops and names it, whatever else is said of the end. Else undefined. */
export function endedByBudget(state: TicketState, run: string): TicketDecision | undefined {
  const use = state.runs.find((line) => line.run === run)?.exceeded;
  return use && block(budgetSpent(use, run), resumePoint(state));
}

export const budgetExceeded = (state: TicketState, { run, use }: TicketFactOf<'BudgetExceeded'>): TicketState => ({
  ...state,
  runs: state.runs.map((line): RunLine => (line.run === run ? { ...line, exceeded: use } : line)),
});

/** Nothing was started: the run that was due has ended before it began. */
export function dispatchRefused(state: TicketState, { use }: TicketFactOf<'DispatchRefused'>): TicketState {
  const run = liveRun(state);
  if (!use || run === undefined) return state;
  const named = budgetExceeded(state, { type: 'BudgetExceeded', run, use });
  return { ...named, runs: withOutcome(named.runs, run, outcomeOfBudget(use)) };
}

/** The lifetime budgets as far as runs that have ended used them. The gateway counts what runs use meanwhile. */
export function lifetimeUse(state: TicketState): BudgetUse[] {
  const { ticketTokens, ticketCost, ticketRuns } = policyOf(state).budgets;
  const { input, output } = state.tokens;
  return [
    { budget: 'ticketTokens', limit: ticketTokens, used: input + output + (state.unsettled ?? 0) },
    ...(ticketCost === undefined
      ? []
      : [{ budget: 'ticketCost', limit: microsOf(ticketCost), used: state.costMicros ?? 0 } as const]),
    { budget: 'ticketRuns', limit: ticketRuns, used: state.runs.length },
  ];
}
