// Ends live runs by order of an operator: token and gateway access die in this transaction, and their tickets are told.
import { sql } from 'kysely';
import { type ControlScope, concerns } from '../facts/control.ts';
import { Assignment, finishedKey } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import { append } from './append.ts';
import type { Enqueue } from './enqueue.ts';
import { endRun } from './lease.ts';
import type { Db, Tx } from './tables.ts';

export type Order = { by: string; why: string };

/** False when it has ended before, or there is none. */
export async function stopRun(tx: Tx, enqueue: Enqueue, run: string, { by, why }: Order): Promise<boolean> {
  const row = await tx.selectFrom('run').select('stream').where('id', '=', run).executeTakeFirst();
  if (!row || !(await endRun(tx, run, { kind: 'cancelled', why: `stopped by ${by}: ${why}` }))) return false;
  await append(tx, enqueue, {
    stream: row.stream as StreamId,
    key: finishedKey(run),
    fact: { type: 'RunStopped', run, by, why },
  });
  return true;
}

/** Ends every live run of the scope; returns their ids. Where a control was set before in the same transaction, none is left. */
export async function stopRuns(tx: Tx, enqueue: Enqueue, scope: ControlScope, order: Order): Promise<string[]> {
  const rows = await tx
    .selectFrom('run')
    .select(['id', 'repo', 'assignment'])
    .where('state', 'in', ['queued', 'claimed', 'running'])
    .orderBy('id')
    .execute();
  const stopped: string[] = [];
  for (const { id, repo, assignment } of rows) {
    const { agent } = Assignment.parse(assignment);
    if (!concerns(scope, { repo: Number(repo), agent: agent.name })) continue;
    if (await stopRun(tx, enqueue, id, order)) stopped.push(id);
  }
  return stopped;
}

/** By the database's clock; 0 for a run that goes on. */
export async function secondsSinceEnd(db: Db, run: string): Promise<number> {
  const row = await db
    .selectFrom('run')
    .select(sql<string | number>`extract(epoch from clock_timestamp() - finished_at)`.as('seconds'))
    .where('id', '=', run)
    .executeTakeFirst();
  return Number(row?.seconds ?? 0);
}
