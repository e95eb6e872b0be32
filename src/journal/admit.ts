// Admission: what spans streams. One transaction counts live leases and takes a slot, or says why not.
import { sql } from 'kysely';
import type { Standstill } from '../facts/control.ts';
import type { Assignment } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import { heldBack } from './control.ts';
import type { Db } from './tables.ts';

export type Caps = { repository: number; total: number };
export type Admission =
  | 'admitted'
  | 'admitted_before'
  | { deferred: 'repository_busy' | 'all_busy' | 'ticket_busy'; live: number }
  | { deferred: 'paused'; standstill: Standstill }
  | 'ended_before';

/** Any number: the key of the advisory lock that makes admission one at a time over all replicas. */
const admissionLock = 725_001;

/** `seconds`: how long a runner may take to pick the run up. The same run asked for twice takes one slot. */
export const admit = (
  db: Db,
  run: { id: string; stream: StreamId; repo: number; assignment: Assignment; seconds: number },
  caps: Caps,
): Promise<Admission> =>
  db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${admissionLock})`.execute(tx);
    const standstill = await heldBack(tx, run);
    if (standstill) return { deferred: 'paused', standstill };
    const before = await tx.selectFrom('run').select(['state']).where('id', '=', run.id).executeTakeFirst();
    if (before)
      return before.state === 'queued' || before.state === 'claimed' || before.state === 'running'
        ? 'admitted_before'
        : 'ended_before';
    const rows = await tx
      .selectFrom('run')
      .select(['stream', 'repo'])
      .where('state', 'in', ['queued', 'claimed', 'running'])
      .execute();
    const here = rows.filter((row) => Number(row.repo) === run.repo).length;
    if (rows.some((row) => row.stream === run.stream)) return { deferred: 'ticket_busy', live: 1 };
    if (here >= caps.repository) return { deferred: 'repository_busy', live: here };
    if (rows.length >= caps.total) return { deferred: 'all_busy', live: rows.length };
    await tx
      .insertInto('run')
      .values({
        id: run.id,
        stream: run.stream,
        repo: run.repo,
        stage: run.assignment.stage,
        state: 'queued',
        assignment: JSON.stringify(run.assignment),
        lease_until: sql`clock_timestamp() + ${run.seconds} * interval '1 second'`,
        workflow_run: null,
        token: null,
        exchanged: null,
        cancel: null,
        progress: null,
        outcome: null,
      })
      .execute();
    return 'admitted';
  });
