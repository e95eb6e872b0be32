// Whatever arrives becomes a pending fact and a react job in one transaction. A key that was seen before is a no-op.
import { sql } from 'kysely';
import { Bug } from '../errors.ts';
import type { Fact } from '../facts/fact.ts';
import { parseFact } from '../facts/fact.ts';
import type { Repository } from '../facts/repository.ts';
import { parseStream, type StreamId } from '../facts/stream.ts';
import { versionOf } from '../facts/upcast.ts';
import { digestsIn, refer } from './artifact.ts';
import type { Enqueue } from './enqueue.ts';
import { deliveryOfRun } from './run-delivery.ts';
import type { Db, Tx } from './tables.ts';

export type Arrival = {
  stream: StreamId;
  /** Absent where the stream exists already; its repository's names of today are refreshed when given. */
  repository?: Repository | undefined;
  /** Says what happened, not how we heard of it: a webhook, its redelivery and a sweep give the same key. */
  key: string;
  fact: Fact;
  /** The webhook that tells it, or that led to what tells it. Absent: that of the run it is about, where there is one. */
  delivery?: string | undefined;
};

/** The database refuses NUL and lone surrogates in JSON; what strangers write has both. */
const storable = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value;

/** False when `key` was appended before. */
export async function append(tx: Tx, enqueue: Enqueue, arrival: Arrival): Promise<boolean> {
  const { stream, repository, key, fact } = arrival;
  if (repository) await ensureStream(tx, stream, repository);
  const body = JSON.stringify(parseFact(stream, fact), storable);
  const delivery = arrival.delivery ?? (await deliveryOfRun(tx, stream, fact)) ?? null;
  const row = await tx
    .insertInto('fact')
    .values({ stream, key, type: fact.type, version: versionOf(fact.type), body, seq: null, delivery })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!row) return false;
  await refer(tx, stream, digestsIn(body));
  await enqueue(tx, 'react', { stream });
  return true;
}

/** Never waits for a reacting stream: the row is only touched where it is new, or where the repository was renamed or reinstalled. */
async function ensureStream(tx: Tx, stream: StreamId, repository: Repository): Promise<void> {
  const about = parseStream(stream);
  if (!about) throw new Bug(`not a stream: ${stream}`);
  const names = JSON.stringify(repository);
  const made = await tx
    .insertInto('stream')
    .values({
      id: stream,
      kind: about.kind,
      repo: about.repository,
      number: about.number,
      repository: names,
      version: 0,
      state: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst();
  if (made) return;
  await tx
    .updateTable('stream')
    .set({ repository: names })
    .where('id', '=', stream)
    .where(sql<boolean>`repository is distinct from ${names}::jsonb`)
    .execute();
}

/** Has a fact with this key been appended? */
export const appended = async (tx: Db | Tx, key: string): Promise<boolean> =>
  (await tx.selectFrom('fact').select('id').where('key', '=', key).executeTakeFirst()) !== undefined;
