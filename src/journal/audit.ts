// The audit: who changed what, when and why. Written in the transaction of the change, so there is never one without the other.
import type { AuditTable } from './control-tables.ts';
import type { Db, Tx } from './tables.ts';

/** `request` is absent where no request asked for it. */
export type Deed = Omit<AuditTable, 'id' | 'at' | 'request'> & { request?: string | undefined };

export type AuditEntry = Deed & { id: number; at: Date };

export const audit = (tx: Tx, { request, ...deed }: Deed) =>
  tx
    .insertInto('audit')
    .values({ ...deed, request: request ?? null })
    .execute();

/** Newest first; those older than `before`. */
export async function listAudit(
  db: Db,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<AuditEntry[]> {
  const rows = await db
    .selectFrom('audit')
    .selectAll()
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ id, at, request, ...deed }) => ({
    ...deed,
    id: Number(id),
    at: new Date(at),
    request: request ?? undefined,
  }));
}
