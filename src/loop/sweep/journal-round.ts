// What the journal itself shows: facts that wait too long, streams that asked to be woken, runs whose lease ran out.
import { sql } from 'kysely';
import { aboutStreamId } from '../../facts/about.ts';
import type { Fact } from '../../facts/fact.ts';
import { finishedKey } from '../../facts/run.ts';
import type { StreamId } from '../../facts/stream.ts';
import { aboutRun } from '../../journal/about-run.ts';
import { append } from '../../journal/append.ts';
import { endRun, expiredRuns, usageOf } from '../../journal/lease.ts';
import type { SweepTools } from './tools.ts';

/** Seconds after which a fact that nobody folded is sent again. */
const pendingSeconds = 10;

export async function sweepJournal({
  journal: { db, enqueue },
  log,
}: Pick<SweepTools, 'journal' | 'log'>): Promise<void> {
  const stuck = await db
    .selectFrom('fact')
    .select('stream')
    .distinct()
    .where('seq', 'is', null)
    .where('set_aside', '=', false)
    .where('at', '<', sql<Date>`clock_timestamp() - ${pendingSeconds} * interval '1 second'`)
    .limit(100)
    .execute();
  for (const { stream } of stuck) {
    log.warn(aboutStreamId(stream), 'facts waited too long and are sent again');
    await db.transaction().execute((tx) => enqueue(tx, 'react', { stream: stream as StreamId }));
  }
  const due = await db
    .selectFrom('stream')
    .select(['id', 'wake_at', 'wake_delivery'])
    .where('wake_at', '<=', sql<Date>`clock_timestamp()`)
    .limit(100)
    .execute();
  for (const { id, wake_at: at, wake_delivery: delivery } of due) {
    const stream = id as StreamId;
    const fact: Fact = { type: 'Woken' };
    const key = `${id}@wake/${at?.toISOString()}`;
    await db.transaction().execute((tx) => append(tx, enqueue, { stream, key, fact, delivery: delivery ?? undefined }));
  }
  for (const run of await expiredRuns(db)) {
    const outcome = {
      kind: 'failed',
      class: 'infrastructure',
      why: run.state === 'queued' ? 'no runner picked it up' : 'the runner was not heard of any more',
    } as const;
    await db.transaction().execute(async (tx) => {
      if (!(await endRun(tx, run.id, outcome, run.fence))) return;
      log.warn(aboutRun(run), 'the lease of a run ran out');
      await append(tx, enqueue, {
        stream: run.stream,
        key: finishedKey(run.id),
        fact: { type: 'RunLost', run: run.id, outcome, usage: await usageOf(tx, run.id) },
      });
    });
  }
}
