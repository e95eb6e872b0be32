// What the sweep has spent of each installation's hour. The hour is GitHub's: it ends when the headers say so.
import { sql } from 'kysely';
import { Bug } from '../errors.ts';
import type { Db } from './tables.ts';

/** Times in milliseconds since 1970. Caller 0 is the App itself. */
export type Purse = {
  caller: number;
  limit: number;
  remaining: number;
  spent: number;
  resetAt: number;
  /** When it was read. */
  now: number;
};

/** GitHub's least limit: what is assumed until an answer has said more. Docs: "Rate limits for GitHub Apps". */
const leastLimit = 5_000;

/** With every hour that is over begun anew; callers that were never heard of get GitHub's least limit. */
export async function readPurse(db: Db, caller: number): Promise<Purse> {
  const [purse] = await readPurses(db, [caller]);
  if (!purse) throw new Bug('a purse that was asked for was not given');
  return purse;
}

export async function readPurses(db: Db, callers: readonly number[]): Promise<Purse[]> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  const now = new Date(rows[0]?.now ?? 0).getTime();
  const known = await db.selectFrom('sweep_purse').selectAll().execute();
  return callers.map((caller) => {
    const row = known.find((one) => Number(one.caller) === caller);
    const limit = row?.points ?? leastLimit;
    const resetAt = row ? new Date(row.reset_at).getTime() : 0;
    return row && resetAt > now
      ? { caller, limit, remaining: row.remaining, spent: row.spent, resetAt, now }
      : { caller, limit, remaining: limit, spent: 0, resetAt: now + 3_600_000, now };
  });
}

/** Adds to what was spent in the hour that `quota` names; undefined: in the hour that is under way, or one from now on. */
export async function spend(
  db: Db,
  caller: number,
  points: number,
  quota: { limit: number; remaining: number; resetAt: number } | undefined,
): Promise<void> {
  const told = quota && { points: quota.limit, remaining: quota.remaining, reset_at: new Date(quota.resetAt * 1_000) };
  await db
    .insertInto('sweep_purse')
    .values({
      caller,
      spent: points,
      points: leastLimit,
      remaining: leastLimit,
      reset_at: sql`clock_timestamp() + interval '1 hour'`,
      ...told,
    })
    .onConflict((conflict) =>
      conflict.column('caller').doUpdateSet({
        // Answers of one hour may differ by a second in what they say of its end.
        spent: sql`case when sweep_purse.reset_at < clock_timestamp() or excluded.reset_at > sweep_purse.reset_at + interval '60 seconds' and ${
          told !== undefined
        } then excluded.spent else sweep_purse.spent + excluded.spent end`,
        ...(told ?? {
          reset_at: sql`case when sweep_purse.reset_at < clock_timestamp() then excluded.reset_at else sweep_purse.reset_at end`,
        }),
      }),
    )
    .execute();
}
