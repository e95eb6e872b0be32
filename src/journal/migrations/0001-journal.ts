// The heart: streams and their facts, what was written outside, runs with their leases, artifacts, model calls.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table stream (
    id text primary key, kind text not null, repo bigint not null, number int not null, repository jsonb not null,
    seq int not null default 0, version int not null, state jsonb, open boolean not null default true,
    head text, base text, wake_at timestamptz)`.execute(db);
  await sql`create index stream_head on stream (repo, head) where head is not null`.execute(db);
  await sql`create index stream_open on stream (repo, kind) where open`.execute(db);
  await sql`create index stream_wake on stream (wake_at) where wake_at is not null`.execute(db);
  await sql`create table fact (
    id bigint generated always as identity primary key, stream text not null references stream (id), seq int,
    key text not null unique, type text not null, body jsonb not null, at timestamptz not null default clock_timestamp(),
    unique (stream, seq))`.execute(db);
  await sql`create index fact_pending on fact (stream, id) where seq is null`.execute(db);
  await sql`create table written (
    target text primary key, fence int not null default 0, held_until timestamptz not null default '-infinity',
    digest text, remote_id text)`.execute(db);
  await sql`create table run (
    id text primary key, stream text not null references stream (id), repo bigint not null, stage text not null,
    state text not null, fence int not null default 1, assignment jsonb not null, workflow_run bigint, token text unique,
    exchanged text, lease_until timestamptz not null, cancel text, progress jsonb, outcome jsonb,
    created_at timestamptz not null default clock_timestamp(), claimed_at timestamptz, heartbeat_at timestamptz,
    finished_at timestamptz)`.execute(db);
  await sql`create index run_live on run (repo) where state in ('queued', 'claimed', 'running')`.execute(db);
  await sql`create index run_stream on run (stream)`.execute(db);
  await sql`create table artifact (
    digest text primary key, media text not null, size int not null, bytes bytea not null,
    at timestamptz not null default clock_timestamp())`.execute(db);
  await sql`create table model_call (
    id bigint generated always as identity primary key, run text not null references run (id), stream text not null,
    reserved int not null, settled int, call jsonb, spent boolean not null default false, at timestamptz not null default clock_timestamp())`.execute(
    db,
  );
  await sql`create index model_call_run on model_call (run)`.execute(db);
  await sql`create index model_call_stream on model_call (stream)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['model_call', 'artifact', 'run', 'written', 'fact', 'stream']) {
    await sql`drop table ${sql.table(table)}`.execute(db);
  }
}
