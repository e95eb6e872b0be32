// The facts of streams in the order in which they arrived. Ids rise over all streams, so they serve as cursors.
import type { Fact } from '../../facts/fact.ts';
import { readFact } from '../../facts/fact.ts';
import type { StreamId } from '../../facts/stream.ts';
import type { StoredFact } from '../../facts/upcast.ts';
import type { Db } from '../../journal/tables.ts';

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

const columns = ['id', 'stream', 'seq', 'key', 'type', 'version', 'at', 'body'] as const;

/** Ascending; those after `after`. */
export async function readFacts(
  db: Db,
  streams: readonly StreamId[],
  { after = 0, limit }: { after?: number; limit: number },
): Promise<FactRow[]> {
  const rows = await db
    .selectFrom('fact')
    .select(columns)
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
    .select(columns)
    .where('stream', 'in', streams)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toRow).reverse();
}

const toRow = (row: StoredFact & { id: string | number; seq: number | null; at: Date }): FactRow => ({
  id: Number(row.id),
  stream: row.stream as StreamId,
  seq: row.seq,
  key: row.key,
  at: new Date(row.at),
  type: row.type,
  fact: row.body === null ? undefined : readFact(row),
});
