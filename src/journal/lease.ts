// A run's row is its lease: made by the dispatcher, taken once by the runner, kept by heartbeats, ended once.
// Clocks are the database's. Every write of a runner goes through its token, and the token dies with the lease.
import { sql } from 'kysely';
import { Assignment, type RunOutcome, type RunState, type Usage } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import type { Db, Tx } from './tables.ts';

export type RunRow = {
  id: string;
  stream: StreamId;
  repo: number;
  state: RunState;
  fence: number;
  assignment: Assignment;
  workflowRun: number | undefined;
  cancel: string | undefined;
  progress: unknown;
};

const live = ['queued', 'claimed', 'running'] satisfies RunState[];

export async function readRun(db: Db | Tx, id: string): Promise<RunRow | undefined> {
  const row = await db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toRow(row);
}

/** GitHub's answer to the dispatch. False when the run has ended meanwhile or another workflow run is bound already. */
export async function bindWorkflowRun(db: Db | Tx, id: string, workflowRun: number): Promise<boolean> {
  const done = await db
    .updateTable('run')
    .set({ workflow_run: workflowRun })
    .where('id', '=', id)
    .where((is) => is.or([is('workflow_run', 'is', null), is('workflow_run', '=', workflowRun)]))
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

export type Taken = { taken: RunRow } | { refused: 'unknown' | 'other_workflow_run' | 'taken_before' | 'ended' };

/** The runner takes its lease, once: `identity` names the job attempt, `tokenHash` is what its requests will carry. */
export async function takeLease(
  tx: Tx,
  id: string,
  by: { workflowRun: number; identity: string; tokenHash: string; seconds: number },
): Promise<Taken> {
  const row = await tx.selectFrom('run').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  if (!row) return { refused: 'unknown' };
  if (row.workflow_run !== null && Number(row.workflow_run) !== by.workflowRun)
    return { refused: 'other_workflow_run' };
  if (row.exchanged !== null) return { refused: 'taken_before' };
  if (row.state !== 'queued') return { refused: 'ended' };
  const fence = row.fence + 1;
  const assignment = Assignment.parse({ ...(row.assignment as object), fence });
  await tx
    .updateTable('run')
    .set({
      state: 'claimed',
      fence,
      assignment: JSON.stringify(assignment),
      workflow_run: by.workflowRun,
      exchanged: by.identity,
      token: by.tokenHash,
      claimed_at: sql`clock_timestamp()`,
      heartbeat_at: sql`clock_timestamp()`,
      lease_until: sql`clock_timestamp() + ${by.seconds} * interval '1 second'`,
    })
    .where('id', '=', id)
    .execute();
  return { taken: { ...toRow(row), state: 'claimed', fence, assignment, workflowRun: by.workflowRun } };
}

/** The run that a token speaks for; undefined for a token that is unknown, expired or revoked. */
export async function runByToken(db: Db | Tx, tokenHash: string): Promise<RunRow | undefined> {
  const row = await db
    .selectFrom('run')
    .selectAll()
    .where('token', '=', tokenHash)
    .where('state', 'in', live)
    .where('lease_until', '>', sql<Date>`clock_timestamp()`)
    .executeTakeFirst();
  return row && toRow(row);
}

/** Renews the lease and keeps the progress. Undefined when the lease is no longer this fence's. */
export async function heartbeat(
  db: Db,
  run: RunRow,
  progress: unknown,
  seconds: number,
): Promise<{ cancel: string | undefined } | undefined> {
  const row = await db
    .updateTable('run')
    .set({
      state: 'running',
      progress: JSON.stringify(progress),
      heartbeat_at: sql`clock_timestamp()`,
      lease_until: sql`clock_timestamp() + ${seconds} * interval '1 second'`,
    })
    .where('id', '=', run.id)
    .where('fence', '=', run.fence)
    .where('state', 'in', live)
    .returning('cancel')
    .executeTakeFirst();
  return row && { cancel: row.cancel ?? undefined };
}

/** Ends a run, once: the token and the gateway die with it. False when it had ended before, or the fence is stale. */
export async function endRun(tx: Tx, id: string, outcome: RunOutcome, fence?: number): Promise<boolean> {
  const state: RunState = (
    {
      delivered: 'succeeded',
      no_change: 'succeeded',
      cancelled: 'canceled',
      timed_out: 'timed_out',
      blocked: 'failed',
      failed: 'failed',
    } as const
  )[outcome.kind];
  const done = await tx
    .updateTable('run')
    .set({ state, outcome: JSON.stringify(outcome), token: null, finished_at: sql`clock_timestamp()` })
    .where('id', '=', id)
    .where('state', 'in', live)
    .$if(fence !== undefined, (query) => query.where('fence', '=', fence ?? 0))
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

/** The next heartbeat's answer tells the runner. */
export const askCancel = (tx: Db | Tx, id: string, why: string) =>
  tx.updateTable('run').set({ cancel: why }).where('id', '=', id).where('state', 'in', live).execute();

/** Live runs whose lease has run out by the database's clock. */
export async function expiredRuns(db: Db): Promise<RunRow[]> {
  const rows = await db
    .selectFrom('run')
    .selectAll()
    .where('state', 'in', live)
    .where('lease_until', '<', sql<Date>`clock_timestamp()`)
    .execute();
  return rows.map(toRow);
}

/** Tokens of one run as the gateway settled them; what is still reserved counts as spent. */
export async function usageOf(db: Db | Tx, run: string): Promise<Usage> {
  const row = await db
    .selectFrom('model_call')
    .select(({ fn }) => [
      fn.sum<string | null>('calls').as('calls'),
      sql<number>`coalesce(sum((call->>'inputTokens')::int), 0)`.as('input'),
      sql<number>`coalesce(sum((call->>'outputTokens')::int), 0)`.as('output'),
    ])
    .where('run', '=', run)
    .executeTakeFirstOrThrow();
  return { calls: Number(row.calls), inputTokens: Number(row.input), outputTokens: Number(row.output) };
}

const toRow = (row: {
  id: string;
  stream: string;
  repo: string | number;
  state: string;
  fence: number;
  assignment: unknown;
  workflow_run: string | number | null;
  cancel: string | null;
  progress: unknown;
}): RunRow => ({
  id: row.id,
  stream: row.stream as StreamId,
  repo: Number(row.repo),
  state: row.state as RunState,
  fence: row.fence,
  assignment: Assignment.parse(row.assignment),
  workflowRun: row.workflow_run === null ? undefined : Number(row.workflow_run),
  cancel: row.cancel ?? undefined,
  progress: row.progress,
});
