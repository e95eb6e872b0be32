// Runs that may not go on: out of time, without progress, or over a budget, or not accountable, and still there. Ages are the database's.
import { sql } from 'kysely';
import { BudgetUse } from '../facts/budget.ts';
import { outcomeOfBudget, RunnerOutcome } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import { budgetOf } from './budget.ts';
import type { Db } from './tables.ts';

/** How long a runner that knows that it must stop may take to hand in what it has. */
const handInSeconds = 60;

export type Overdue = { id: string; stream: StreamId; fence: number; outcome: RunnerOutcome; use?: BudgetUse };

export async function overdueRuns(db: Db): Promise<Overdue[]> {
  const since = (at: string) => sql<number | null>`extract(epoch from clock_timestamp() - ${sql.raw(at)})::float8`;
  const rows = await db
    .selectFrom('run')
    .select([
      'id',
      'stream',
      'fence',
      'assignment',
      'exceeded',
      since('claimed_at').as('age'),
      since('coalesce(progress_at, claimed_at)').as('idle'),
      since('exceeded_at').as('over'),
      'verdict',
      since('verdict_at').as('judged'),
    ])
    .where('state', 'in', ['claimed', 'running'])
    .where('claimed_at', 'is not', null)
    .execute();
  return rows.flatMap((row): Overdue[] => {
    const about = { id: row.id, stream: row.stream as StreamId, fence: row.fence };
    const use = overdue(row);
    if (use) return [{ ...about, use, outcome: outcomeOfBudget(use) }];
    const judged = row.verdict !== null && Number(row.judged) > handInSeconds;
    return judged ? [{ ...about, outcome: RunnerOutcome.parse(row.verdict) }] : [];
  });
}

type Ages = { assignment: unknown; exceeded: unknown; age: number | null; idle: number | null; over: number | null };

function overdue({ assignment, exceeded, age, idle, over }: Ages): BudgetUse | undefined {
  const { wallSeconds, inactiveSeconds } = budgetOf(assignment);
  if (exceeded !== null && Number(over) > handInSeconds) return BudgetUse.parse(exceeded);
  if (Number(age) > wallSeconds + handInSeconds)
    return { budget: 'runMinutes', limit: wallSeconds, used: Math.round(Number(age)) };
  if (inactiveSeconds !== undefined && Number(idle) > inactiveSeconds)
    return { budget: 'inactiveMinutes', limit: inactiveSeconds, used: Math.round(Number(idle)) };
  return undefined;
}
