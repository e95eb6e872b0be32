// Deliveries whose translation failed are tried once more at each start: what runs now may be newer than what failed.
import { sql } from 'kysely';
import type { SweepTools } from './tools.ts';

/** One that fails again is marked again, by the translation. Deliveries whose bytes have expired stay as they are. */
export async function retryFailed({ journal: { db, enqueue }, logDays, log }: SweepTools): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const rows = await tx
      .updateTable('inbox')
      .set({ state: 'stored', note: null })
      .where('state', '=', 'failed')
      .where('received_at', '>', sql<Date>`clock_timestamp() - ${logDays} * interval '1 day'`)
      .where('batch', 'in', (query) => query.selectFrom('inbox_batch').select('id'))
      .returning(['guid', 'batch'])
      .execute();
    for (const batch of new Set(rows.map((row) => String(row.batch)))) await enqueue(tx, 'translate', { batch });
    if (rows.length > 0) log.info({ stored: rows.length }, 'deliveries that could not be translated are tried again');
  });
}
