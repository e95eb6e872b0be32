// What operators did: controls that keep Gantry still, the audit of every change, and answers kept for repeated requests.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create table control (
    id bigint generated always as identity primary key, scope text not null, mode text not null, in_flight text not null,
    source text not null, set_by text not null, why text not null, at timestamptz not null default clock_timestamp(),
    until timestamptz, lifted_at timestamptz, lifted_by text, lifted_why text, told boolean not null default false,
    key text unique)`.execute(db);
  await sql`create index control_standing on control (scope) where lifted_at is null`.execute(db);
  await sql`create table audit (
    id bigint generated always as identity primary key, at timestamptz not null default clock_timestamp(),
    source text not null, who text not null, scope text not null, action text not null, target text not null,
    why text not null, request text)`.execute(db);
  await sql`create table api_answer (
    who text not null, key text not null, request text not null, status int, body text,
    expires timestamptz not null, primary key (who, key))`.execute(db);
  await sql`create index api_answer_expires on api_answer (expires)`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  for (const table of ['api_answer', 'audit', 'control']) await sql`drop table ${sql.table(table)}`.execute(db);
}
