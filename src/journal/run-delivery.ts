// What a runner tells hours later, or what is seen of its run, follows from the webhook that its stage was entered for.
import { sql } from 'kysely';
import type { Fact } from '../facts/fact.ts';
import type { StreamId } from '../facts/stream.ts';
import type { Tx } from './tables.ts';

/** Undefined where the fact is about no run, or no webhook led to it. */
export async function deliveryOfRun(tx: Tx, stream: StreamId, fact: Fact): Promise<string | undefined> {
  if (!('run' in fact) || fact.run === undefined) return undefined;
  const entered = await tx
    .selectFrom('fact')
    .select('delivery')
    .where('stream', '=', stream)
    .where('type', '=', 'StageEntered')
    .where(sql<boolean>`body -> 'stage' ->> 'run' = ${fact.run}`)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  return entered?.delivery ?? undefined;
}
