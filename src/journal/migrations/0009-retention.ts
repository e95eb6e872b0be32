// What keeps the database small: versions of facts, closed streams without bodies, who names an artifact, sums of model calls.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table fact add column version int not null default 1, alter column body drop not null`.execute(db);
  await sql`alter table stream add column compacted int not null default 0`.execute(db);
  // Its condition names no column that react writes each time: that would make every update of a stream write all indexes.
  await sql`create index stream_closed on stream (id) where not open`.execute(db);
  await sql`create table artifact_ref (
    digest text not null references artifact (digest), stream text not null references stream (id),
    primary key (digest, stream))`.execute(db);
  await sql`create index artifact_ref_stream on artifact_ref (stream)`.execute(db);
  await sql`insert into artifact_ref (digest, stream)
    select distinct artifact.digest, fact.stream
    from fact, regexp_matches(fact.body::text, '[0-9a-f]{64}', 'g') as found
    join artifact on artifact.digest = found[1]`.execute(db);
  await sql`alter table model_call add column calls int not null default 1`.execute(db);
}

/** What was compacted stays so: its facts keep their type and nothing else. */
export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table model_call drop column calls`.execute(db);
  await sql`drop table artifact_ref`.execute(db);
  await sql`drop index stream_closed`.execute(db);
  await sql`alter table stream drop column compacted`.execute(db);
  await sql`delete from fact where type = 'Compacted'`.execute(db);
  await sql`update fact set body = body - 'pull' where type = 'PullClosed' and version = 2`.execute(db);
  await sql`update fact set body = jsonb_build_object('type', type) where body is null`.execute(db);
  await sql`alter table fact drop column version, alter column body set not null`.execute(db);
}
