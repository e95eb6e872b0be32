// Budgets of model calls: what a call may use is reserved before it is made and settled after, so overshoot is one reservation.
// Locks are taken in one order: the run's row or the call's, then the row of the repository's day. So nobody waits in a circle.
import { sql } from 'kysely';
import { BudgetUse, exceededKey } from '../facts/budget.ts';
import type { ModelProtocol } from '../facts/policy.ts';
import { outcomeOfBudget, RunBudget, RunnerOutcome } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import { append } from './append.ts';
import { auditSecretUse } from './audit.ts';
import { type Ask, grant, linesOf, type Spent } from './budget-rule.ts';
import type { Enqueue } from './enqueue.ts';
import type { Db, Tx } from './tables.ts';

/** `output`: tokens that the call may answer with. `near`: the budget that is almost used up. */
export type Reserved = { id: string; output: number; near: BudgetUse | undefined } | { spent: BudgetUse } | Stopped;
type Stopped = { stopped: { why: string } };

/** Today's date in UTC, by the database's clock. */
export const today = sql<string>`to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD')`;

/** What is reserved and not settled counts as used: a call of which nothing is known may have used all of it. */
export const tokensUsed = sql<string | number>`coalesce(sum(coalesce(settled, reserved)), 0)`;
export const microsUsed = sql<string | number>`coalesce(sum(coalesce(settled_micros, reserved_micros)), 0)`;

const secondsSinceClaim = sql<number | null>`extract(epoch from clock_timestamp() - claimed_at)::float8`;
const wholeSeconds = ({ seconds }: { seconds: number | null }): number => Math.max(0, Math.floor(Number(seconds ?? 0)));

/** Calls of one run reserve one after the other, and those of one repository too; a ticket has one live run. */
export const reserveCall = (
  db: Db,
  enqueue: Enqueue,
  run: string,
  ask: Ask,
  protocol: ModelProtocol,
): Promise<Reserved> =>
  db.transaction().execute(async (tx) => {
    const row = await tx
      .selectFrom('run')
      .select(['stream', 'repo', 'assignment', 'verdict', secondsSinceClaim.as('seconds')])
      .where('id', '=', run)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (row.verdict !== null) return { stopped: { why: whyOf(RunnerOutcome.parse(row.verdict)) } };
    const stream = row.stream as StreamId;
    const { day, spent } = await lockDay(tx, Number(row.repo));
    const ofRun = { ...(await sumOf(tx, 'run', run)), calls: await callsMade(tx, run), seconds: wholeSeconds(row) };
    const sums = { run: ofRun, ticket: await sumOf(tx, 'stream', stream), day: spent };
    const granted = grant(linesOf(budgetOf(row.assignment), sums), ask);
    if ('spent' in granted) {
      await exceed(tx, enqueue, { run, stream }, granted.spent);
      return granted;
    }
    const { output, micros, near } = granted;
    const tokens = ask.input + output;
    const made = await tx
      .insertInto('model_call')
      .values({ run, stream, day, reserved: tokens, reserved_micros: micros, settled: null, call: null })
      .returning('id')
      .executeTakeFirstOrThrow();
    await addToDay(tx, Number(row.repo), day, { tokens, micros });
    await auditSecretUse(tx, run, `model key ${protocol}`);
    if (near) {
      const fact = { type: 'BudgetNearlySpent', run, use: near } as const;
      await append(tx, enqueue, { stream, key: `run:${run}:near:${near.budget}`, fact });
    }
    return { id: String(made.id), output, near };
  });

export const budgetOf = (assignment: unknown): RunBudget => RunBudget.parse((assignment as { budget: unknown }).budget);

async function lockDay(tx: Tx, repo: number): Promise<{ day: string; spent: Spent }> {
  await tx
    .insertInto('budget_day')
    .values({ repo, day: today, tokens: 0, micros: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await tx
    .selectFrom('budget_day')
    .selectAll()
    .where('repo', '=', repo)
    .orderBy('day', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return { day: row.day, spent: { tokens: Number(row.tokens), micros: Number(row.micros) } };
}

const addToDay = (tx: Tx, repo: number, day: string, { tokens, micros }: Spent) =>
  tx
    .updateTable('budget_day')
    .set({ tokens: sql`tokens + ${tokens}`, micros: sql`micros + ${micros}` })
    .where('repo', '=', repo)
    .where('day', '=', day)
    .execute();

export async function sumOf(db: Db | Tx, by: 'run' | 'stream', id: string): Promise<Spent> {
  const row = await db
    .selectFrom('model_call')
    .select([tokensUsed.as('tokens'), microsUsed.as('micros')])
    .where(by, '=', id)
    .executeTakeFirstOrThrow();
  return { tokens: Number(row.tokens), micros: Number(row.micros) };
}

/** Calls that the provider was asked, those under way included. What was refused is none. */
async function callsMade(tx: Tx, run: string): Promise<number> {
  const row = await tx
    .selectFrom('model_call')
    .select(({ fn }) => fn.sum<string | null>('calls').as('calls'))
    .where('run', '=', run)
    .where(sql<boolean>`call->>'denied' is null`)
    .executeTakeFirstOrThrow();
  return Number(row.calls ?? 0);
}

/**
 * Puts on record which budget ends a run, once: the first one counts. The run is ended by its runner's submission, whatever
 * that says, or by the sweep. False where another budget was first.
 */
export async function exceed(
  tx: Tx,
  enqueue: Enqueue,
  { run, stream }: { run: string; stream: StreamId },
  use: BudgetUse,
): Promise<boolean> {
  const done = await tx
    .updateTable('run')
    .set({ exceeded: JSON.stringify(use), exceeded_at: sql`clock_timestamp()` })
    .where('id', '=', run)
    .where('exceeded', 'is', null)
    .executeTakeFirst();
  if (done.numUpdatedRows !== 1n) return false;
  await append(tx, enqueue, { stream, key: exceededKey(run), fact: { type: 'BudgetExceeded', run, use } });
  return true;
}

/** The gateway ends a run whose calls cannot be accounted for: it makes no further one, and ends so, whatever its runner says. */
export const stopByGateway = (db: Db | Tx, run: string, outcome: RunnerOutcome) =>
  db
    .updateTable('run')
    .set({ verdict: JSON.stringify(outcome), verdict_at: sql`clock_timestamp()` })
    .where('id', '=', run)
    .where('verdict', 'is', null)
    .execute();

/** How this run ends, or has ended, because of what the gateway counted; undefined where its runner says it. */
export async function countedOutcome(db: Db | Tx, run: string): Promise<RunnerOutcome | undefined> {
  const row = await db.selectFrom('run').select(['exceeded', 'verdict']).where('id', '=', run).executeTakeFirst();
  if (row?.exceeded) return outcomeOfBudget(BudgetUse.parse(row.exceeded));
  return row?.verdict ? RunnerOutcome.parse(row.verdict) : undefined;
}

const whyOf = (outcome: RunnerOutcome): string => ('why' in outcome ? outcome.why : '');

/** Seconds since a runner took the run, by the database's clock. */
export async function runningFor(db: Db | Tx, run: string): Promise<number> {
  const row = await db
    .selectFrom('run')
    .select(secondsSinceClaim.as('seconds'))
    .where('id', '=', run)
    .executeTakeFirst();
  return wholeSeconds(row ?? { seconds: 0 });
}

/** False when the reservation was settled before. */
export const settleCall = (
  db: Db,
  id: string,
  { tokens, micros }: Spent,
  call: object,
  stop?: RunnerOutcome,
): Promise<boolean> =>
  db.transaction().execute(async (tx) => {
    const done = await tx
      .updateTable('model_call')
      .set({ settled: tokens, settled_micros: micros, call: JSON.stringify(call) })
      .where('id', '=', id)
      .where('settled', 'is', null)
      .returning(['run', 'day', 'reserved', 'reserved_micros'])
      .executeTakeFirst();
    if (!done) return false;
    if (stop) await stopByGateway(tx, done.run, stop);
    const { repo } = await tx.selectFrom('run').select('repo').where('id', '=', done.run).executeTakeFirstOrThrow();
    await addToDay(tx, Number(repo), done.day, {
      tokens: tokens - done.reserved,
      micros: micros - Number(done.reserved_micros),
    });
    return true;
  });

/** Of a run; more only fill the database. A run that goes well has a handful: side calls without a price, a path tried. */
export const mostRefusals = 200;

/** A request that was refused: it used nothing, but it is part of the record. False: the run has its most on record. */
export async function recordRefusal(db: Db, run: string, call: object, spent: boolean): Promise<boolean> {
  const done = await db
    .insertInto('model_call')
    .columns(['run', 'stream', 'day', 'reserved', 'settled', 'settled_micros', 'call', 'spent'])
    .expression(
      db
        .selectFrom('run')
        .select([
          'id',
          'stream',
          today.as('day'),
          sql<number>`0`.as('reserved'),
          sql<number>`0`.as('settled'),
          sql<number>`0`.as('settled_micros'),
          sql<string>`${JSON.stringify(call)}::jsonb`.as('call'),
          sql<boolean>`${spent}::boolean`.as('spent'),
        ])
        .where('id', '=', run)
        .where(refusalsOf(run), '<', mostRefusals),
    )
    .executeTakeFirst();
  return done.numInsertedOrUpdatedRows === 1n;
}

const refusalsOf = (run: string) =>
  sql<number>`(select count(*) from model_call where run = ${run} and call ->> 'denied' is not null)`;

/** Every call of a run that did not end long ago, oldest first; `call` is null while it is under way. */
export const callsOf = (db: Db, run: string): Promise<{ call: unknown; spent: boolean; reserved: number }[]> =>
  db
    .selectFrom('model_call')
    .select(['call', 'spent', 'reserved'])
    .where('run', '=', run)
    .where('calls', '=', 1)
    .orderBy('id')
    .execute();
