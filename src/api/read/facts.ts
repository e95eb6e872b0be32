// The facts of streams in the order in which they arrived. Ids rise over all streams, so they serve as cursors.
import type { Fact } from '../../facts/fact.ts';
import { parseFact } from '../../facts/fact.ts';
import type { StreamId } from '../../facts/stream.ts';
import type { Db } from '../../journal/tables.ts';

/** `seq` is null until the fact is folded. */
export type FactRow = { id: number; stream: StreamId; seq: number | null; at: Date; fact: Fact };

/** Ascending; those after `after`. */
export async function readFacts(
  db: Db,
  streams: readonly StreamId[],
  { after = 0, limit }: { after?: number; limit: number },
): Promise<FactRow[]> {
  const rows = await db
    .selectFrom('fact')
    .select(['id', 'stream', 'seq', 'at', 'body'])
    .where('stream', 'in', streams)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toRow);
}

/** The newest ones, ascending. */
export async function readLastFacts(db: Db, streams: readonly StreamId[], limit: number): Promise<FactRow[]> {
  const rows = await db
    .selectFrom('fact')
    .select(['id', 'stream', 'seq', 'at', 'body'])
    .where('stream', 'in', streams)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toRow).reverse();
}

const toRow = (row: { id: string | number; stream: string; seq: number | null; at: Date; body: unknown }): FactRow => ({
  id: Number(row.id),
  stream: row.stream as StreamId,
  seq: row.seq,
  at: new Date(row.at),
  fact: parseFact(row.stream, row.body),
});
