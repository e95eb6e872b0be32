// What the sweep remembers: when each round last went well, how far it has read each repository, what it has spent.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table sweep_round (
    name text primary key, every_seconds int not null, started_at timestamptz not null default clock_timestamp(),
    succeeded_at timestamptz, log_until timestamptz)`.execute(db);
  await sql`create table sweep_repository (
    id bigint primary key, installation bigint not null, owner text not null, name text not null,
    listed_at timestamptz not null default clock_timestamp(), swept_at timestamptz, cursors jsonb not null)`.execute(
    db,
  );
  await sql`create table sweep_purse (
    caller bigint primary key, spent int not null default 0, points int not null, remaining int not null,
    reset_at timestamptz not null)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['sweep_purse', 'sweep_repository', 'sweep_round']) {
    await sql`drop table ${sql.table(table)}`.execute(db);
  }
}
