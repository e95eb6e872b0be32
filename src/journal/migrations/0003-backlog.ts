// The backlog, and what admission keeps of each run: the commit it is about and the signal that asked for it.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table backlog (
    key text primary key, ticket text not null references stream (id), repo bigint not null, content text not null,
    state text not null default 'waiting', priority smallint not null, since timestamptz not null,
    blocked_by jsonb not null, cap int not null, holder text, offered_at timestamptz, offers int not null default 0,
    not_before timestamptz, created_at timestamptz not null default clock_timestamp())`.execute(db);
  await sql`create index backlog_waiting on backlog (priority, since) where state = 'waiting'`.execute(db);
  await sql`create index backlog_ticket on backlog (ticket)`.execute(db);
  // Since when a write is under way, for those that broke off and were given up.
  await sql`alter table written add column begun_at timestamptz`.execute(db);
  await sql`alter table run add column head text, add column signal text`.execute(db);
  await sql`create unique index run_signal on run (stream, stage, head, signal) where signal is not null`.execute(db);
  // Admission looks before it inserts; this holds it to that on any path.
  await sql`create unique index run_one_live on run (stream) where state in ('queued', 'claimed', 'running')`.execute(
    db,
  );
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index run_one_live`.execute(db);
  await sql`drop index run_signal`.execute(db);
  await sql`alter table run drop column head, drop column signal`.execute(db);
  await sql`alter table written drop column begun_at`.execute(db);
  await sql`drop table backlog`.execute(db);
}
