// Lists over the whole journal, page by page in an order that does not move: events, leases, deliveries.
import { sql } from 'kysely';
import { type Fact, readFact } from '../facts/fact.ts';
import { RunState, type Stage } from '../facts/run.ts';
import { parseStream, type StreamId } from '../facts/stream.ts';
import type { StoredFact } from '../facts/upcast.ts';
import { type InboxEntry, toEntry } from './inbox.ts';
import type { DeliveryState } from './inbox-tables.ts';
import type { Db } from './tables.ts';

/** `seq` is null until the fact is folded. `fact` is undefined once its stream was compacted: type and key are kept. */
export type FactRow = {
  id: number;
  stream: StreamId;
  seq: number | null;
  key: string;
  at: Date;
  type: string;
  fact: Fact | undefined;
};

type Page = { after?: string | undefined; limit: number };

/**
 * Facts of all streams, oldest first. Ids are given before their transactions commit, so what is younger than the oldest
 * transaction that writes is left for later: a reader that follows the cursor misses nothing.
 */
export async function readEvents(
  db: Db,
  { repo, type, after, limit }: Page & { repo?: number | undefined; type?: string | undefined },
): Promise<FactRow[]> {
  const settled = sql<Date>`coalesce((select min(xact_start) from pg_stat_activity
    where backend_xid is not null and datname = current_database()), clock_timestamp())`;
  const rows = await db
    .selectFrom('fact')
    .innerJoin('stream', 'stream.id', 'fact.stream')
    .select(['fact.id', 'fact.stream', 'fact.seq', 'fact.key', 'fact.type', 'fact.version', 'fact.at', 'fact.body'])
    .where('fact.at', '<', settled)
    .$if(after !== undefined, (query) => query.where('fact.id', '>', Number(after)))
    .$if(repo !== undefined, (query) => query.where('stream.repo', '=', repo ?? 0))
    .$if(type !== undefined, (query) => query.where('fact.type', '=', type ?? ''))
    .orderBy('fact.id')
    .limit(limit)
    .execute();
  return rows.map(toFactRow);
}

export const toFactRow = (row: StoredFact & { id: string | number; seq: number | null; at: Date }): FactRow => ({
  id: Number(row.id),
  stream: row.stream as StreamId,
  seq: row.seq,
  key: row.key,
  at: new Date(row.at),
  type: row.type,
  fact: row.body === null ? undefined : readFact(row),
});

export type Lease = {
  run: string;
  repository: number;
  ticket: number;
  stage: Stage;
  state: RunState;
  fence: number;
  workflowRun: number | undefined;
  heartbeatAt: Date | undefined;
  leaseUntil: Date;
};

/** Of runs that have not ended, by their id. */
export async function listLeases(
  db: Db,
  { repo, after, limit }: Page & { repo?: number | undefined },
): Promise<Lease[]> {
  const rows = await db
    .selectFrom('run')
    .select(['id', 'repo', 'stream', 'stage', 'state', 'fence', 'workflow_run', 'heartbeat_at', 'lease_until'])
    .where('state', 'in', ['queued', 'claimed', 'running'])
    .$if(repo !== undefined, (query) => query.where('repo', '=', repo ?? 0))
    .$if(after !== undefined, (query) => query.where('id', '>', after ?? ''))
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    run: row.id,
    repository: Number(row.repo),
    ticket: parseStream(row.stream)?.number ?? 0,
    stage: row.stage as Stage,
    state: RunState.parse(row.state),
    fence: row.fence,
    workflowRun: row.workflow_run === null ? undefined : Number(row.workflow_run),
    heartbeatAt: row.heartbeat_at === null ? undefined : new Date(row.heartbeat_at),
    leaseUntil: new Date(row.lease_until),
  }));
}

/** Newest first. A redelivery of one that had failed counts as new. `place`: its cursor. */
export async function listDeliveries(
  db: Db,
  { status, after, limit }: Page & { status?: DeliveryState | undefined },
): Promise<(InboxEntry & { place: string })[]> {
  const [batch, start] = (after ?? '').split('.').map(Number);
  const rows = await db
    .selectFrom('inbox')
    .selectAll()
    .$if(status !== undefined, (query) => query.where('state', '=', status ?? 'stored'))
    .$if(after !== undefined, (query) => query.where(sql<boolean>`(batch, start) < (${batch ?? 0}, ${start ?? 0})`))
    .orderBy('batch', 'desc')
    .orderBy('start', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...toEntry(row), place: `${row.batch}.${row.start}` }));
}
