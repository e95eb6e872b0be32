// The facts of streams in the order in which they arrived. Ids rise over all streams, so they serve as cursors.
import type { StreamId } from '../../facts/stream.ts';
import { type FactRow, toFactRow } from '../../journal/lists.ts';
import type { Db } from '../../journal/tables.ts';

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
  return rows.map(toFactRow);
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
  return rows.map(toFactRow).reverse();
}
