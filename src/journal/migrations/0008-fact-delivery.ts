// Facts know the delivery that told them, so that logs, traces and the record lead back to it.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table fact add column delivery text`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table fact drop column delivery`.execute(db);
}
