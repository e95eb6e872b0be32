// Deliveries before they are acknowledged: one row each, their bytes in one row per commit group.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table inbox_batch (
    id bigint generated always as identity primary key, bytes bytea not null,
    at timestamptz not null default clock_timestamp())`.execute(db);
  // The bytes are packed already: without this the server would try to compress them again at every insert.
  await sql`alter table inbox_batch alter column bytes set storage external`.execute(db);
  await sql`create table inbox (
    guid text primary key, event text not null, action text, installation bigint,
    received_at timestamptz not null default clock_timestamp(), batch bigint not null,
    start int not null, size int not null, state text not null default 'stored', note text)`.execute(db);
  await sql`create index inbox_batch_of on inbox (batch)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['inbox', 'inbox_batch']) await sql`drop table ${sql.table(table)}`.execute(db);
}
