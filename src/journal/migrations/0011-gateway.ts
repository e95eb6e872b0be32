// What the gateway leaves behind: how it ended a run, what its calls said, and which secrets it was used with.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table run add column verdict jsonb, add column verdict_at timestamptz, add column transcript text`.execute(
    db,
  );
  await sql`create table transcript_part (
    id bigint generated always as identity primary key, run text not null references run (id),
    text text not null, size int not null)`.execute(db);
  await sql`create index transcript_part_run on transcript_part (run, id)`.execute(db);
  await sql`create unique index audit_secret_use on audit (who, target) where source = 'run'`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop index audit_secret_use`.execute(db);
  await sql`drop table transcript_part`.execute(db);
  await sql`alter table run drop column transcript, drop column verdict_at, drop column verdict`.execute(db);
}
