// What was given up, until somebody replays or dismisses it; and facts that are set aside so that their stream can go on.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table dead_letter (
    id bigint generated always as identity primary key, key text not null unique, kind text not null, stream text,
    what text not null, class text not null, why text not null, evidence jsonb not null, work jsonb not null,
    at timestamptz not null default clock_timestamp(), times int not null default 1,
    state text not null default 'open', settled_by text, settled_at timestamptz)`.execute(db);
  await sql`create index dead_letter_open on dead_letter (stream) where state = 'open'`.execute(db);
  await sql`alter table fact add column set_aside boolean not null default false`.execute(db);
  await sql`drop index fact_pending`.execute(db);
  await sql`create index fact_pending on fact (stream, id) where seq is null and not set_aside`.execute(db);
}

/** Facts that were set aside are pending again. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index fact_pending`.execute(db);
  await sql`alter table fact drop column set_aside`.execute(db);
  await sql`create index fact_pending on fact (stream, id) where seq is null`.execute(db);
  await sql`drop table dead_letter`.execute(db);
}
