// Cost beside tokens, a repository's day, when a run last made progress, and which budget ended it.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table run add column progress_at timestamptz, add column exceeded jsonb, add column exceeded_at timestamptz`.execute(
    db,
  );
  await sql`alter table model_call
    add column day text, add column reserved_micros bigint not null default 0, add column settled_micros bigint`.execute(
    db,
  );
  await sql`update model_call set day = to_char(at at time zone 'UTC', 'YYYY-MM-DD')`.execute(db);
  await sql`alter table model_call alter column day set not null`.execute(db);
  await sql`create table budget_day (
    repo bigint not null, day text not null, tokens bigint not null default 0, micros bigint not null default 0,
    primary key (repo, day))`.execute(db);
  await sql`insert into budget_day (repo, day, tokens)
    select run.repo, model_call.day, sum(coalesce(model_call.settled, model_call.reserved))
    from model_call join run on run.id = model_call.run group by run.repo, model_call.day`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`drop table budget_day`.execute(db);
  await sql`alter table model_call drop column day, drop column reserved_micros, drop column settled_micros`.execute(
    db,
  );
  await sql`alter table run drop column progress_at, drop column exceeded, drop column exceeded_at`.execute(db);
}
