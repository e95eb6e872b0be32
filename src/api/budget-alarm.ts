// Tells an operator of budgets: one line of the log and one count for each that was exceeded.
import type { Logger } from 'pino';
import type { BudgetNews } from '../loop/budget-news.ts';
import type { Metrics } from './metrics.ts';

export const createBudgetAlarm =
  (log: Pick<Logger, 'error' | 'warn'>, metrics: Pick<Metrics, 'budgetExceeded'>) =>
  ({ stream, run, use, over }: BudgetNews): void => {
    const about = { alert: 'budget', stream, run_id: run, ...use };
    if (!over) {
      log.warn(about, 'a budget is nearly used up, and the agent was told');
      return;
    }
    log.error(about, 'a budget is used up: its run was ended, or not started');
    metrics.budgetExceeded(use.budget);
  };
