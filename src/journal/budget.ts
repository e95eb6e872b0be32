// Token budgets: what a call may use is reserved before it is made and settled after, so overshoot is one reservation.
import { sql } from 'kysely';
import type { Db } from './tables.ts';

/** Takes up to `most` tokens, at least `least`; undefined when the run's or its ticket's budget has fewer left. */
export const reserveTokens = (
  db: Db,
  run: string,
  least: number,
  most: number,
): Promise<{ id: string; tokens: number } | undefined> =>
  db.transaction().execute(async (tx) => {
    // The run's row is the lock: calls of one run reserve one after the other, and a ticket has one live run.
    const row = await tx
      .selectFrom('run')
      .select(['stream', 'assignment'])
      .where('id', '=', run)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const { tokens, ticketTokens } = (row.assignment as { budget: { tokens: number; ticketTokens: number } }).budget;
    const used = sql<number>`coalesce(sum(coalesce(settled, reserved)), 0)`;
    const own = await tx
      .selectFrom('model_call')
      .select(used.as('used'))
      .where('run', '=', run)
      .executeTakeFirstOrThrow();
    const all = await tx
      .selectFrom('model_call')
      .select(used.as('used'))
      .where('stream', '=', row.stream)
      .executeTakeFirstOrThrow();
    const left = Math.min(tokens - Number(own.used), ticketTokens - Number(all.used));
    if (left < least) return undefined;
    const reserved = Math.min(most, left);
    const made = await tx
      .insertInto('model_call')
      .values({ run, stream: row.stream, reserved, settled: null, call: null })
      .returning('id')
      .executeTakeFirstOrThrow();
    return { id: String(made.id), tokens: reserved };
  });

/** False when the reservation was settled before. */
export async function settleTokens(db: Db, id: string, tokens: number, call: object): Promise<boolean> {
  const done = await db
    .updateTable('model_call')
    .set({ settled: tokens, call: JSON.stringify(call) })
    .where('id', '=', id)
    .where('settled', 'is', null)
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

/** A request that was refused: it used nothing, but it is part of the record. */
export async function recordRefusal(db: Db, run: string, call: object, spent: boolean): Promise<void> {
  await db
    .insertInto('model_call')
    .columns(['run', 'stream', 'reserved', 'settled', 'call', 'spent'])
    .expression(
      db
        .selectFrom('run')
        .select([
          'id',
          'stream',
          sql<number>`0`.as('reserved'),
          sql<number>`0`.as('settled'),
          sql<string>`${JSON.stringify(call)}::jsonb`.as('call'),
          sql<boolean>`${spent}::boolean`.as('spent'),
        ])
        .where('id', '=', run),
    )
    .execute();
}

/** Every call of a run that did not end long ago, oldest first; `call` is null while it is under way. */
export const callsOf = (db: Db, run: string): Promise<{ call: unknown; spent: boolean; reserved: number }[]> =>
  db
    .selectFrom('model_call')
    .select(['call', 'spent', 'reserved'])
    .where('run', '=', run)
    .where('calls', '=', 1)
    .orderBy('id')
    .execute();
