// The audit: who changed what, when and why, and for which run a secret was used. A change is on record in its own
// transaction, so there is never one without the other.
import { sql } from 'kysely';
import type { ModelProtocol } from '../facts/policy.ts';
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

/** A secret of the control plane that a run needs, by what it is for; never its value. */
export type UsedSecret =
  | `model key ${ModelProtocol}`
  | 'installation token with contents: write'
  | 'commit signing key';

/** Before its first use for a run: one row for each run and secret, however often it is used after that. */
export const auditSecretUse = (db: Db | Tx, run: string, secret: UsedSecret) =>
  sql`
    insert into audit (source, who, scope, action, target, why)
    select 'run', ${run}::text, 'run', 'use', ${`secret:${secret}`}::text, ''
    where not exists (select from audit where source = 'run' and who = ${run} and target = ${`secret:${secret}`})
    on conflict do nothing`.execute(db);

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
