// A run's row is its lease: made by the dispatcher, taken once by the runner, kept by heartbeats, ended once.
// Clocks are the database's. Every write of a runner goes through its token, and the token dies with the lease.
import { sql } from 'kysely';
import { endOf, liveStates, type RunEvent, statesBefore, stepRun } from '../decide/run.ts';
import { Assignment, type RunOutcome, type RunState, type Usage } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import type { Db, Tx } from './tables.ts';
import { closeTranscript } from './transcript.ts';

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

/** A write that does not happen: `why` is one sentence for the log and for whoever asked. */
export type RunRefused = { refused: 'unknown' | 'stale_fence' | 'illegal'; why: string };

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
  if ('refused' in stepRun(row.state as RunState, 'claim')) return { refused: 'ended' };
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
    .where('state', 'in', liveStates)
    .where('lease_until', '>', sql<Date>`clock_timestamp()`)
    .executeTakeFirst();
  return row && toRow(row);
}

/** Renews the lease and keeps the progress, unless the lease is no longer this fence's. */
export async function heartbeat(
  db: Db,
  run: RunRow,
  progress: unknown,
  seconds: number,
): Promise<{ cancel: string | undefined } | RunRefused> {
  const told = JSON.stringify(progress);
  const row = await db
    .updateTable('run')
    .set({
      state: 'running',
      progress: told,
      // Saying the same again shows life, not work.
      progress_at: sql`case when progress is distinct from ${told}::jsonb then clock_timestamp() else progress_at end`,
      heartbeat_at: sql`clock_timestamp()`,
      lease_until: sql`clock_timestamp() + ${seconds} * interval '1 second'`,
    })
    .where('id', '=', run.id)
    .where('fence', '=', run.fence)
    .where('state', 'in', statesBefore('heartbeat'))
    .returning('cancel')
    .executeTakeFirst();
  return row ? { cancel: row.cancel ?? undefined } : refusal(db, run.id, 'heartbeat', run.fence);
}

/** Completes a run or fails it, as its outcome says, once: the token and the gateway die with it. */
export async function finishRun(
  tx: Tx,
  id: string,
  outcome: RunOutcome,
  fence?: number,
): Promise<{ ended: RunState } | RunRefused> {
  const event = endOf[outcome.kind];
  const from = statesBefore(event);
  const done = await tx
    .updateTable('run')
    .set({
      state: endStates[event],
      outcome: JSON.stringify(outcome),
      token: null,
      finished_at: sql`clock_timestamp()`,
    })
    .where('id', '=', id)
    .where('state', 'in', from)
    .$if(fence !== undefined, (query) => query.where('fence', '=', fence ?? 0))
    .returning('stream')
    .executeTakeFirst();
  if (!done) return refusal(tx, id, event, fence);
  await closeTranscript(tx, id, done.stream);
  return { ended: endStates[event] };
}

const endStates = { succeed: 'succeeded', fail: 'failed', time_out: 'timed_out', cancel: 'canceled' } as const;

/** False when it had ended before, or the fence is stale. */
export const endRun = async (tx: Tx, id: string, outcome: RunOutcome, fence?: number): Promise<boolean> =>
  'ended' in (await finishRun(tx, id, outcome, fence));

/** Why a write did not happen, as the row stands now. */
async function refusal(db: Db | Tx, id: string, event: RunEvent, fence: number | undefined): Promise<RunRefused> {
  const row = await db.selectFrom('run').select(['state', 'fence']).where('id', '=', id).executeTakeFirst();
  if (!row) return { refused: 'unknown', why: `there is no run ${id}` };
  if (fence !== undefined && row.fence !== fence)
    return { refused: 'stale_fence', why: `the fence of run ${id} is ${row.fence}, and this write names ${fence}` };
  const step = stepRun(row.state as RunState, event);
  return { refused: 'illegal', why: 'refused' in step ? step.refused : `run ${id} changed meanwhile` };
}

/** The next heartbeat's answer tells the runner. */
export const askCancel = (tx: Db | Tx, id: string, why: string) =>
  tx.updateTable('run').set({ cancel: why }).where('id', '=', id).where('state', 'in', liveStates).execute();

/** Live runs whose lease has run out by the database's clock. */
export async function expiredRuns(db: Db): Promise<RunRow[]> {
  const rows = await db
    .selectFrom('run')
    .selectAll()
    .where('state', 'in', liveStates)
    .where('lease_until', '<', sql<Date>`clock_timestamp()`)
    .execute();
  return rows.map(toRow);
}

/** What one run used as the gateway settled it; of a call that is not settled, all that is reserved may be used. */
export async function usageOf(db: Db | Tx, run: string): Promise<Usage> {
  const row = await db
    .selectFrom('model_call')
    .select(({ fn }) => [
      fn.sum<string | null>('calls').as('calls'),
      sql<number>`coalesce(sum((call->>'inputTokens')::int), 0)`.as('input'),
      sql<number>`coalesce(sum((call->>'outputTokens')::int), 0)`.as('output'),
      sql<number>`coalesce(sum(reserved) filter (where settled is null), 0)`.as('reserved'),
      sql<number>`coalesce(sum(coalesce(settled_micros, reserved_micros)), 0)`.as('micros'),
    ])
    .where('run', '=', run)
    .executeTakeFirstOrThrow();
  return {
    calls: Number(row.calls),
    inputTokens: Number(row.input),
    outputTokens: Number(row.output),
    ...(Number(row.reserved) > 0 && { reservedTokens: Number(row.reserved) }),
    ...(Number(row.micros) > 0 && { costMicros: Number(row.micros) }),
  };
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
