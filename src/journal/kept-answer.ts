// Answers to requests with an Idempotency-Key, kept for a day by the database's clock, byte for byte as they were sent.
import { sql } from 'kysely';
import type { Tx } from './tables.ts';

/** `request`: SHA-256 of method, path and content. */
export type Keyed = { who: string; key: string; request: string };

/** Seconds that an answer is kept. */
const keptSeconds = 24 * 60 * 60;

/**
 * Takes the key for this request, or says what it was used for before. Waits for a request that holds it right now; where
 * that one is rolled back, the key is free.
 */
export async function takeKey(
  tx: Tx,
  { who, key, request }: Keyed,
): Promise<'taken' | 'other_request' | { status: number; body: string }> {
  await tx.deleteFrom('api_answer').where('expires', '<', sql<Date>`clock_timestamp()`).execute();
  const taken = await tx
    .insertInto('api_answer')
    .values({
      who,
      key,
      request,
      status: null,
      body: null,
      expires: sql`clock_timestamp() + ${keptSeconds} * interval '1 second'`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst();
  if (taken) return 'taken';
  const { status, body, ...kept } = await tx
    .selectFrom('api_answer')
    .selectAll()
    .where('who', '=', who)
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  return kept.request === request && status !== null && body !== null ? { status, body } : 'other_request';
}

export const keepAnswer = (
  tx: Tx,
  { who, key }: Pick<Keyed, 'who' | 'key'>,
  answer: { status: number; body: string },
) => tx.updateTable('api_answer').set(answer).where('who', '=', who).where('key', '=', key).execute();
