// Is anything left to start a run with? Asked before a runner is: what is left while it works is held to by each call.
import { sql } from 'kysely';
import { type BudgetUse, leastCall } from '../facts/budget.ts';
import type { RunBudget } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import { sumOf, today } from './budget.ts';
import { grant, linesOf, type Spent } from './budget-rule.ts';
import type { Db } from './tables.ts';

/** `until`: when the next day (UTC) begins, where only this day's budget is used up. */
export type Room = 'enough' | { spent: BudgetUse; until?: string };

/** `rate`: micro-dollars per token of the run's model; absent where the run asks no model, or no price is known. */
export async function roomFor(
  db: Db,
  run: { id: string; stream: StreamId; repo: number; asksModel: boolean; rate?: { input: number; output: number } },
  budget: RunBudget,
  ticketRuns: number,
): Promise<Room> {
  const runs = await runsOf(db, run.stream, run.id);
  if (runs >= ticketRuns) return { spent: { budget: 'ticketRuns', limit: ticketRuns, used: runs } };
  if (!run.asksModel) return 'enough';
  const ask = { input: leastCall.input, leastOutput: leastCall.output, mostOutput: leastCall.output, rate: run.rate };
  const nothing: Spent = { tokens: 0, micros: 0 };
  const sums = {
    run: { ...nothing, calls: 0, seconds: 0 },
    ticket: await sumOf(db, 'stream', run.stream),
    day: await dayOf(db, run.repo),
  };
  const lines = linesOf(budget, sums);
  const daily = ({ budget: name }: BudgetUse) => name === 'dayTokens' || name === 'dayCost';
  // A lifetime budget comes first: tomorrow would not help.
  const lifetime = grant(
    lines.filter((line) => !daily(line)),
    ask,
  );
  if ('spent' in lifetime) return lifetime;
  const day = grant(lines.filter(daily), ask);
  return 'spent' in day ? { ...day, until: await tomorrow(db) } : 'enough';
}

/** Runs that a ticket has had, whatever became of them; `but` is not counted. */
export async function runsOf(db: Db, stream: StreamId, but?: string): Promise<number> {
  const row = await db
    .selectFrom('run')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('stream', '=', stream)
    .$if(but !== undefined, (query) => query.where('id', '<>', but ?? ''))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** What a repository has used today (UTC). */
export async function dayOf(db: Db, repo: number): Promise<Spent> {
  const row = await db
    .selectFrom('budget_day')
    .select(['tokens', 'micros'])
    .where('repo', '=', repo)
    .where('day', '=', today)
    .executeTakeFirst();
  return { tokens: Number(row?.tokens ?? 0), micros: Number(row?.micros ?? 0) };
}

async function tomorrow(db: Db): Promise<string> {
  const { rows } = await sql<{ at: Date | string }>`
    select (date_trunc('day', clock_timestamp() at time zone 'UTC') + interval '1 day') at time zone 'UTC' as at`.execute(
    db,
  );
  return new Date(rows[0]?.at ?? 0).toISOString();
}
