// A slot came free: whoever is first in order is told so, once, and asks for it. Nobody polls.
import { sql } from 'kysely';
import { strictest } from '../facts/control.ts';
import type { StreamId } from '../facts/stream.ts';
import { append } from './append.ts';
import { lockAdmission, unblock } from './backlog.ts';
import { fetchReady } from './claim.ts';
import { controlsInForce } from './control.ts';
import type { Enqueue } from './enqueue.ts';
import { readStream } from './stream.ts';
import type { Db } from './tables.ts';

/** `closed`: the ticket whose issue was closed, so that what waited for it may start. Returns the keys that were offered a slot. */
export const offerSlots = (db: Db, enqueue: Enqueue, total: number, closed?: StreamId): Promise<string[]> =>
  db.transaction().execute(async (tx) => {
    await lockAdmission(tx);
    const issue = closed === undefined ? undefined : await readStream(tx, closed);
    if (issue) {
      const { owner, name } = issue.repository;
      await unblock(tx, `${owner}/${name}#${closed?.split('#')[1]}`);
    }
    const offered: string[] = [];
    const controls = await controlsInForce(tx);
    for (const { key, ticket, repo } of await fetchReady(tx, total)) {
      // It would be held back when it asks; the end of what keeps it still is told to it.
      if (strictest(controls, { repo, agent: '' })) continue;
      const row = await tx
        .updateTable('backlog')
        .set({ offered_at: sql`clock_timestamp()`, offers: sql`offers + 1` })
        .where('key', '=', key)
        .where('offered_at', 'is', null)
        .returning('offers')
        .executeTakeFirst();
      if (!row) continue;
      await append(tx, enqueue, {
        stream: ticket,
        key: `run:${key}:offered/${row.offers}`,
        fact: { type: 'SlotOffered', run: key },
      });
      offered.push(key);
    }
    return offered;
  });
