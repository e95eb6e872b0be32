// Streams know the delivery that set their clock, so that what time brings leads back to it.
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table stream add column wake_delivery text`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
  await sql`alter table stream drop column wake_delivery`.execute(db);
}
