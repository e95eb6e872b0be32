// A closed stream in short: one fact `Compacted` holds its state, and the facts before it lose their bodies. Their keys,
// kinds, places and times stay: a late redelivery is still a no-op, and the order of events can still be read.
import { sql } from 'kysely';
import type { Lifecycle } from '../decide/contract.ts';
import { pullLifecycle } from '../decide/pull/pull.ts';
import { ticketLifecycle } from '../decide/ticket/ticket.ts';
import type { Compacted } from '../facts/compacted.ts';
import { parseStream, type StreamId } from '../facts/stream.ts';
import { versionOf } from '../facts/upcast.ts';
import { digestsIn } from './artifact.ts';
import { lock, save } from './stream.ts';
import type { Db, Tx } from './tables.ts';

const streamsOfPage = 50;
/** Bodies are up to some 100 KB: a step stays a matter of milliseconds. */
const bodiesOfStep = 200;

/** Streams that are closed and had no fact for `days`. Returns how many were compacted; one that fails does not stop the others. */
export async function compactClosed(
  db: Db,
  days: number,
  signal: AbortSignal,
  failed: (stream: string, error: unknown) => void,
): Promise<number> {
  let compacted = 0;
  for (let page = await due(db, days, ''); page.length > 0 && !signal.aborted; ) {
    for (const stream of page) {
      if (signal.aborted) return compacted;
      try {
        if (await compact(db, stream, days, signal)) compacted++;
      } catch (error) {
        failed(stream, error);
      }
    }
    page = await due(db, days, page.at(-1) ?? '');
  }
  return compacted;
}

async function due(db: Db, days: number, after: string): Promise<StreamId[]> {
  const rows = await db
    .selectFrom('stream')
    .innerJoin('fact as last', (join) =>
      join.onRef('last.stream', '=', 'stream.id').onRef('last.seq', '=', 'stream.seq'),
    )
    .select('stream.id')
    .where('stream.open', '=', false)
    .where('stream.id', '>', after)
    .whereRef('stream.compacted', '<', 'stream.seq')
    .where('last.at', '<', sql<Date>`clock_timestamp() - ${days} * interval '1 day'`)
    .orderBy('stream.id')
    .limit(streamsOfPage)
    .execute();
  return rows.map(({ id }) => id as StreamId);
}

/** False where something happens in the stream after all, or `signal` was aborted: what is left is done another time. */
async function compact(db: Db, stream: StreamId, days: number, signal: AbortSignal): Promise<boolean> {
  const kept = await db
    .transaction()
    .execute((tx) =>
      parseStream(stream)?.kind === 'ticket'
        ? keepState(tx, stream, ticketLifecycle, days)
        : keepState(tx, stream, pullLifecycle, days),
    );
  if (!kept) return false;
  while (!signal.aborted) {
    if ((await dropBodies(db, stream, kept.seq)) > 0) continue;
    await db.transaction().execute((tx) => finish(tx, stream, kept));
    return true;
  }
  return false;
}

type Kept = { seq: number; digests: string[] };

/** An interrupted compaction is gone on with: then the newest fact is its `Compacted` already. */
async function keepState<State, F extends { type: string }>(
  tx: Tx,
  stream: StreamId,
  lifecycle: Lifecycle<State, F>,
  days: number,
): Promise<Kept | undefined> {
  const locked = await lock(tx, stream, lifecycle);
  if (!locked || locked.pending.length > 0 || lifecycle.index(locked.state).open) return undefined;
  const { state, seq } = locked;
  const last = await tx
    .selectFrom('fact')
    .select(['type', 'at'])
    .where('stream', '=', stream)
    .where('seq', '=', seq)
    .where('at', '<', sql<Date>`clock_timestamp() - ${days} * interval '1 day'`)
    .executeTakeFirst();
  if (!last) return undefined;
  const digests = digestsIn(JSON.stringify(state, (key, value) => (key === 'evidence' ? undefined : value)));
  if (last.type === 'Compacted') return { seq, digests };
  const fact: Compacted = {
    type: 'Compacted',
    lifecycle: lifecycle.version,
    state: { ...(state as Compacted['state']) },
  };
  await tx
    .insertInto('fact')
    .values({
      stream,
      seq: seq + 1,
      key: `${stream}#${seq + 1}`,
      type: fact.type,
      version: versionOf(fact.type),
      body: JSON.stringify(fact),
      // Nothing happened now: the stream changed last when its last fact came.
      at: last.at,
    })
    .execute();
  await save(tx, stream, { seq: seq + 1, version: lifecycle.version, state, ...lifecycle.index(state) });
  return { seq: seq + 1, digests };
}

async function dropBodies(db: Db, stream: StreamId, seq: number): Promise<number> {
  const done = await db
    .updateTable('fact')
    .set({ body: null })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('fact as old')
        .select('old.id')
        .where('old.stream', '=', stream)
        .where('old.seq', '<', seq)
        .where('old.body', 'is not', null)
        .limit(bodiesOfStep),
    )
    .executeTakeFirst();
  return Number(done.numUpdatedRows);
}

/**
 * What only the facts named is named no more; what the state still names is kept for who opens the stream again, except
 * evidence and transcripts of its runs: nothing goes on from those.
 */
async function finish(tx: Tx, stream: StreamId, { seq, digests }: Kept): Promise<void> {
  // Stronger than the lock of react: who appends to this very stream waits here, so that no fact is half there.
  await tx.selectFrom('stream').select('id').where('id', '=', stream).forUpdate().execute();
  // A fact that came meanwhile may name something: then the next compaction tidies up.
  const done = await tx
    .updateTable('stream')
    .set({ compacted: seq })
    .where('id', '=', stream)
    .where('seq', '=', seq)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('fact').select('id').where('stream', '=', stream).where('seq', 'is', null))),
    )
    .executeTakeFirst();
  if (done.numUpdatedRows === 0n) return;
  await tx
    .deleteFrom('artifact_ref')
    .where('stream', '=', stream)
    .$if(digests.length > 0, (query) => query.where('digest', 'not in', digests))
    .execute();
  await tx.updateTable('run').set({ transcript: null }).where('stream', '=', stream).execute();
}
