// A fact that cannot be decided on is set aside, so that its stream goes on; the stream is told, and stands still until people looked.
import { aboutStreamId } from '../facts/about.ts';
import type { Fact } from '../facts/fact.ts';
import type { StreamId } from '../facts/stream.ts';
import { append } from '../journal/append.ts';
import { bury } from '../journal/dead-letter.ts';
import type { Enqueue } from '../journal/enqueue.ts';
import type { Db } from '../journal/tables.ts';
import { classOf } from './failure-class.ts';
import type { Log } from './log.ts';
import { Poison, react } from './react.ts';

export type PoisonTools = { db: Db; enqueue: Enqueue; log: Log };

/**
 * Folds what is pending one by one, after the queue gave the stream up: only what fails by itself is set aside. Whatever else goes
 * wrong, such as a database that is away, says nothing about a fact. Returns how many were set aside.
 */
export async function setPoisonAside(tools: PoisonTools, stream: StreamId): Promise<number> {
  let aside = 0;
  for (;;) {
    try {
      if ((await react(tools.db, tools.enqueue, stream, { most: 1 })) === 0) return aside;
    } catch (error) {
      if (!(error instanceof Poison)) {
        await buryStream(tools, stream, error);
        return aside;
      }
      await setAside(tools, stream, error);
      aside++;
    }
  }
}

async function setAside({ db, enqueue, log }: PoisonTools, stream: StreamId, poison: Poison): Promise<void> {
  const { id, type, key } = poison.fact;
  const why = poison.message;
  log.error(
    { ...aboutStreamId(stream), fact: type, key, err: poison.cause },
    'a fact could not be decided on and was set aside',
  );
  await db.transaction().execute(async (tx) => {
    const taken = await tx
      .updateTable('fact')
      .set({ set_aside: true })
      .where('id', '=', id)
      .where('seq', 'is', null)
      .where('set_aside', '=', false)
      .returning('id')
      .executeTakeFirst();
    if (!taken) return;
    const times = await bury(tx, { work: { kind: 'fact', stream, id, type, key }, class: 'bug', why });
    // Telling of what tells would never end: a stream that cannot even hear of it has its facts set aside one by one.
    if (type === 'FactSetAside') return;
    const fact: Fact = { type: 'FactSetAside', id: Number(id), of: type, why: why.slice(0, 500) };
    await append(tx, enqueue, { stream, key: `${stream}/set-aside/${id}/${times}`, fact });
  });
}

/** Nothing of this stream can be folded: its facts wait as they are. */
async function buryStream({ db, log }: PoisonTools, stream: StreamId, error: unknown): Promise<void> {
  log.error({ ...aboutStreamId(stream), err: error }, 'a stream could not be folded');
  const why = error instanceof Error ? error.message : String(error);
  await db.transaction().execute((tx) => bury(tx, { work: { kind: 'stream', stream }, class: classOf(error), why }));
}
