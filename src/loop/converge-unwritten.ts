// Checks that were left as they were: a write that broke off and was given up leaves no digest behind. They converge again.

import { sql } from 'kysely';
import { aboutStreamId } from '../facts/about.ts';
import type { Journal } from '../journal/database.ts';
import { pullsWithHead } from '../journal/stream.ts';
import type { Log } from './log.ts';

/** Seconds for which the queue's own attempts are left alone. */
const quietSeconds = 90;
/** At most so many in one round. */
const most = 100;

export async function convergeUnwritten({ db, enqueue }: Pick<Journal, 'db' | 'enqueue'>, log: Log): Promise<number> {
  const rows = await db
    .selectFrom('written')
    .select('target')
    .where('digest', 'is', null)
    .where('target', 'like', '%/check/%')
    .where('begun_at', '<', sql<Date>`clock_timestamp() - ${quietSeconds} * interval '1 second'`)
    .where('held_until', '<', sql<Date>`clock_timestamp()`)
    .orderBy('begun_at')
    .limit(most)
    .execute();
  let sent = 0;
  for (const { target } of rows) {
    const [, repo, id, sha] = /^(\d+)\/(check\/([0-9a-f]+)\/.+)$/.exec(target) ?? [];
    const [pull] = repo && sha ? await pullsWithHead(db, Number(repo), sha) : [];
    await db.transaction().execute(async (tx) => {
      // Once per write that broke off; the next attempt notes its own time.
      await tx.updateTable('written').set({ begun_at: null }).where('target', '=', target).execute();
      if (!pull || id === undefined) return;
      await enqueue(tx, 'converge', { stream: pull.id, target: id });
      sent += 1;
    });
    if (pull) log.warn({ ...aboutStreamId(pull.id), target }, 'a check was left unwritten and converges again');
  }
  return sent;
}
