// The facts that an operator hears of because they are about a budget.
import type { BudgetUse } from '../facts/budget.ts';
import type { Fact } from '../facts/fact.ts';
import type { StreamId } from '../facts/stream.ts';

/** `over`: it is used up, not only nearly. `run`: absent where none was started. */
export type BudgetNews = { stream: StreamId; run: string | undefined; use: BudgetUse; over: boolean };

export function budgetNews(stream: StreamId, fact: Fact): BudgetNews | undefined {
  switch (fact.type) {
    case 'BudgetNearlySpent':
    case 'BudgetExceeded':
      return { stream, run: fact.run, use: fact.use, over: fact.type === 'BudgetExceeded' };
    case 'DispatchRefused':
    case 'DispatchDeferred':
      return fact.use && { stream, run: undefined, use: fact.use, over: true };
    default:
      return undefined;
  }
}
