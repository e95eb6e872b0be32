// When each round of the sweep last went well, by the database's clock; the watchdog, /ready and /metrics read it.
import { sql } from 'kysely';
import type { Db } from './tables.ts';

export type RoundSeen = {
  name: string;
  everySeconds: number;
  /** Undefined before its first success. */
  succeededAt: Date | undefined;
  /** Since its last success, or since it is known. */
  silentSeconds: number;
};

/** A round may fail twice in a row, and slow ones may take their time: silence begins after three intervals, a minute at least. */
export const isSilent = ({ everySeconds, silentSeconds }: RoundSeen): boolean =>
  silentSeconds > Math.max(everySeconds * 3, 60);

/** Says that a round exists, before it runs for the first time. */
export const announceRound = (db: Db, name: string, everySeconds: number) =>
  db
    .insertInto('sweep_round')
    .values({ name, every_seconds: everySeconds, succeeded_at: null, log_until: null })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ every_seconds: everySeconds }))
    .execute();

/** False where it went well less than an interval ago, in whichever replica: N of them do not run it N times as often. */
export async function isDue(db: Db, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('sweep_round')
    .select('name')
    .where('name', '=', name)
    // A timer may be a little early.
    .where(
      sql<boolean>`coalesce(succeeded_at, '-infinity') <= clock_timestamp() - 0.8 * every_seconds * interval '1 second'`,
    )
    .executeTakeFirst();
  return row !== undefined;
}

export const roundSucceeded = (db: Db, name: string) =>
  db.updateTable('sweep_round').set({ succeeded_at: sql`clock_timestamp()` }).where('name', '=', name).execute();

export async function readRounds(db: Db): Promise<RoundSeen[]> {
  const rows = await db
    .selectFrom('sweep_round')
    .select([
      'name',
      'every_seconds',
      'succeeded_at',
      sql<number>`extract(epoch from clock_timestamp() - coalesce(succeeded_at, started_at))::float8`.as('silent'),
    ])
    .orderBy('name')
    .execute();
  return rows.map((row) => ({
    name: row.name,
    everySeconds: row.every_seconds,
    succeededAt: row.succeeded_at ?? undefined,
    silentSeconds: Math.max(0, Number(row.silent)),
  }));
}

/** The App's log was compared with the inbox up to here; undefined before the first time. */
export async function logUntil(db: Db, name: string): Promise<Date | undefined> {
  const row = await db.selectFrom('sweep_round').select('log_until').where('name', '=', name).executeTakeFirst();
  return row?.log_until ?? undefined;
}

export const comparedUntil = (db: Db, name: string, until: Date) =>
  db.updateTable('sweep_round').set({ log_until: until }).where('name', '=', name).execute();
