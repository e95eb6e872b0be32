// How far a ticket's budgets are used right now, calls under way included.
import { policyOf } from '../../decide/ticket/state.ts';
import { type BudgetName, type BudgetUse, microsOf } from '../../facts/budget.ts';
import { sumOf } from '../../journal/budget.ts';
import { dayOf, runsOf } from '../../journal/budget-room.ts';
import type { Db } from '../../journal/tables.ts';
import type { TicketItem } from './tickets.ts';

/** The lifetime budgets of the ticket, then those of its repository's day; one that is not limited is left out. */
export async function ticketBudgets(db: Db, { stream, repository, state }: TicketItem): Promise<BudgetUse[]> {
  const { ticketTokens, ticketCost, ticketRuns, dayTokens, dayCost } = policyOf(state).budgets;
  const [ticket, runs, day] = await Promise.all([
    sumOf(db, 'stream', stream),
    runsOf(db, stream),
    dayOf(db, repository.id),
  ]);
  const all: [BudgetName, number | undefined, number][] = [
    ['ticketTokens', ticketTokens, ticket.tokens],
    ['ticketCost', ticketCost && microsOf(ticketCost), ticket.micros],
    ['ticketRuns', ticketRuns, runs],
    ['dayTokens', dayTokens, day.tokens],
    ['dayCost', dayCost && microsOf(dayCost), day.micros],
  ];
  return all.flatMap(([budget, limit, used]) => (limit === undefined ? [] : [{ budget, limit, used }]));
}
