// How far each repository was read, and which repositories there are.
import { sql } from 'kysely';
import { z } from 'zod';
import type { Repository } from '../facts/repository.ts';
import type { Db, Tx } from './tables.ts';

/**
 * `since`: everything updated before was read. It stays where it is while little comes, so that the question, and with it the
 * ETag, stays the same. `seen`: what was read beyond it, by number or id, with the update that was read.
 */
export const Cursor = z.strictObject({
  since: z.string(),
  etag: z.string().optional(),
  seen: z.record(z.string(), z.string()),
});
export type Cursor = z.infer<typeof Cursor>;

export const Cursors = z.strictObject({ issues: Cursor, comments: Cursor, pulls: Cursor });
export type Cursors = z.infer<typeof Cursors>;

/** Times in milliseconds since 1970. `live`: open tickets and pull requests. `sweptAt` undefined: never. */
export type Swept = {
  id: number;
  installation: number;
  owner: string;
  name: string;
  live: number;
  sweptAt: number | undefined;
  listedAt: number;
  cursors: Cursors;
};

/** A repository that is new is read from a quarter of an hour before it was listed: the time between two lists. */
const overlapSeconds = 900;

export async function listed(db: Db, installation: number, repositories: readonly Repository[]): Promise<void> {
  const { rows } = await sql<{ now: Date; from: Date }>`
    select clock_timestamp() as now, clock_timestamp() - ${overlapSeconds} * interval '1 second' as "from"`.execute(db);
  const [clock] = rows;
  if (!clock) return;
  const from = { since: `${new Date(clock.from).toISOString().slice(0, 19)}Z`, seen: {} };
  const cursors = JSON.stringify({ issues: from, comments: from, pulls: from } satisfies Cursors);
  for (const { id, owner, name } of repositories) {
    await db
      .insertInto('sweep_repository')
      .values({ id, installation, owner, name, swept_at: null, cursors })
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({ installation, owner, name, listed_at: sql`clock_timestamp()` }),
      )
      .execute();
  }
  await db
    .deleteFrom('sweep_repository')
    .where('installation', '=', installation)
    .where('listed_at', '<', clock.now)
    .execute();
}

/** Repositories of installations that are gone or suspended are not read any more. */
export const forgetOthers = (db: Db, installations: readonly number[]) =>
  db
    .deleteFrom('sweep_repository')
    .$if(installations.length > 0, (query) => query.where('installation', 'not in', installations))
    .execute();

/** Also the database's time, in milliseconds since 1970. */
export async function readSwept(db: Db): Promise<{ now: number; repositories: Swept[] }> {
  const rows = await db
    .selectFrom('sweep_repository')
    .leftJoin(
      db
        .selectFrom('stream')
        .select(({ fn }) => ['repo', fn.countAll().as('live')])
        .where('open', '=', true)
        .groupBy('repo')
        .as('items'),
      'items.repo',
      'sweep_repository.id',
    )
    .select(['id', 'installation', 'owner', 'name', 'swept_at', 'listed_at', 'cursors', 'live'])
    .execute();
  const clock = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  return {
    now: new Date(clock.rows[0]?.now ?? 0).getTime(),
    repositories: rows.map((row) => ({
      id: Number(row.id),
      installation: Number(row.installation),
      owner: row.owner,
      name: row.name,
      live: Number(row.live ?? 0),
      sweptAt: row.swept_at ? new Date(row.swept_at).getTime() : undefined,
      listedAt: new Date(row.listed_at).getTime(),
      cursors: Cursors.parse(row.cursors),
    })),
  };
}

/** In the transaction that appends what was found: a crash in between reads it again. */
export const readUpTo = (tx: Tx, id: number, cursors: Cursors) =>
  tx
    .updateTable('sweep_repository')
    .set({ cursors: JSON.stringify(cursors) })
    .where('id', '=', id)
    .execute();

/** It was read to the end. */
export const sweptNow = (db: Db, id: number) =>
  db.updateTable('sweep_repository').set({ swept_at: sql`clock_timestamp()` }).where('id', '=', id).execute();

/** Everything is to be read again from where it was left, whatever ETags and memories say. */
export async function forgetSeen(db: Db): Promise<void> {
  for (const { id, cursors } of (await readSwept(db)).repositories) {
    const bare = Object.fromEntries(
      Object.entries(cursors).map(([list, { since }]) => [list, { since, seen: {} }]),
    ) as Cursors;
    await db
      .updateTable('sweep_repository')
      .set({ cursors: JSON.stringify(bare), swept_at: null })
      .where('id', '=', id)
      .execute();
  }
}
