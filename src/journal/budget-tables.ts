// What the budgets of a repository's day have come to.
import type { ColumnType } from 'kysely';

type Bigint = ColumnType<string | number, string | number, string | number>;

/**
 * One row per repository and day (UTC, by the database's clock). The row is also the lock under which calls of several runs
 * are reserved: always taken after the row of the run, or of the call, and never before.
 */
export type BudgetDayTable = {
  repo: Bigint;
  /** `YYYY-MM-DD`. */
  day: string;
  /** Reserved and settled together; a reservation that is settled later counts for the day it was made on. */
  tokens: Bigint;
  micros: Bigint;
};

export type BudgetTables = { budget_day: BudgetDayTable };
