// The exclusive right to write one thing outside. Database time; the fence refuses a holder that came back late.
import { sql } from 'kysely';
import type { Db } from './tables.ts';

export type Right = {
  readonly target: string;
  readonly fence: number;
  readonly digest: string | null;
  readonly remoteId: string | null;
};

/** Undefined while somebody else holds the target. */
export async function claim(db: Db, target: string, seconds: number): Promise<Right | undefined> {
  await db
    .insertInto('written')
    .values({ target, digest: null, remote_id: null, begun_at: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db
    .updateTable('written')
    .set({ fence: sql`fence + 1`, held_until: sql`clock_timestamp() + ${seconds} * interval '1 second'` })
    .where('target', '=', target)
    .where('held_until', '<', sql<Date>`clock_timestamp()`)
    .returningAll()
    .executeTakeFirst();
  return row && { target, fence: row.fence, digest: row.digest, remoteId: row.remote_id };
}

/** Holds on for `seconds` from now. False when the right was lost: whoever hears that stops. */
export async function renew(db: Db, right: Right, seconds: number): Promise<boolean> {
  const done = await db
    .updateTable('written')
    .set({ held_until: sql`clock_timestamp() + ${seconds} * interval '1 second'` })
    .where('target', '=', right.target)
    .where('fence', '=', right.fence)
    .where('held_until', '>', sql<Date>`clock_timestamp()`)
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

/**
 * To be asked right before the write: from here on nobody can say what is outside, so a crash must not leave the old digest
 * behind. False when the right was lost.
 */
export async function begin(db: Db, right: Right): Promise<boolean> {
  const done = await db
    .updateTable('written')
    .set({ digest: null, begun_at: sql`clock_timestamp()` })
    .where('target', '=', right.target)
    .where('fence', '=', right.fence)
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

/** A write came after the right was lost: whoever is next must not believe what is on record. */
export const forget = (db: Db, target: string) =>
  db.updateTable('written').set({ digest: null }).where('target', '=', target).execute();

/** False when the right was lost in the meantime: somebody newer has written, and will have the last word. */
export async function release(
  db: Db,
  right: Right,
  written: { digest: string | null; remoteId: string | null },
): Promise<boolean> {
  const done = await db
    .updateTable('written')
    .set({ digest: written.digest, remote_id: written.remoteId, held_until: sql`'-infinity'` })
    .where('target', '=', right.target)
    .where('fence', '=', right.fence)
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}
