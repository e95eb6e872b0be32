// What nobody will tell us: time. Every round is idempotent and enters by the same door as webhooks.
import { sql } from 'kysely';
import type { GitHubReader, PullView } from '../../adapters/github/contract.ts';
import { aboutStreamId } from '../facts/about.ts';
import type { Fact } from '../facts/fact.ts';
import type { Repository } from '../facts/repository.ts';
import { finishedKey } from '../facts/run.ts';
import { pullStream, type StreamId } from '../facts/stream.ts';
import { headerFromView } from '../intake/clock/open-pulls.ts';
import { aboutRun } from '../journal/about-run.ts';
import { append } from '../journal/append.ts';
import type { Journal } from '../journal/database.ts';
import type { Inbox } from '../journal/inbox.ts';
import { endRun, expiredRuns } from '../journal/lease.ts';
import { claim, release } from '../journal/right.ts';
import type { Log } from './log.ts';

export type SweepTools = { journal: Journal; inbox: Inbox; reader: GitHubReader; self: { botId: number }; log: Log };

/** Seconds after which a fact that nobody folded is sent again. */
const pendingSeconds = 10;

/** Facts that wait too long, streams that asked to be woken, runs whose lease ran out. */
export async function sweepJournal({ journal: { db, enqueue }, log }: SweepTools): Promise<void> {
  const stuck = await db
    .selectFrom('fact')
    .select('stream')
    .distinct()
    .where('seq', 'is', null)
    .where('at', '<', sql<Date>`clock_timestamp() - ${pendingSeconds} * interval '1 second'`)
    .limit(100)
    .execute();
  for (const { stream } of stuck) {
    log.warn(aboutStreamId(stream), 'facts waited too long and are sent again');
    await db.transaction().execute((tx) => enqueue(tx, 'react', { stream: stream as StreamId }));
  }
  const due = await db
    .selectFrom('stream')
    .select(['id', 'wake_at'])
    .where('wake_at', '<=', sql<Date>`clock_timestamp()`)
    .limit(100)
    .execute();
  for (const { id, wake_at: at } of due) {
    const fact: Fact = { type: 'Woken' };
    await db
      .transaction()
      .execute((tx) => append(tx, enqueue, { stream: id as StreamId, key: `${id}@wake/${at?.toISOString()}`, fact }));
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
        fact: { type: 'RunLost', run: run.id, outcome },
      });
    });
  }
}

/** Deliveries that GitHub could not bring: its log has the payloads. Returns how many were stored. */
export async function repairDeliveries({ inbox, reader, log }: SweepTools): Promise<number> {
  let stored = 0;
  let cursor: string | undefined;
  do {
    const page = await reader.deliveries({ status: 'failure', ...(cursor !== undefined && { cursor }) });
    for (const { id, guid, event, action, installation } of page.deliveries) {
      const known = await inbox.read(guid);
      if (known && known.state !== 'failed') continue;
      const delivery = await reader.delivery(id);
      if (!delivery) continue;
      const body = Buffer.from(JSON.stringify(delivery.payload));
      if ((await inbox.store({ guid, event, action, installation, body })) === 'stored') stored++;
    }
    cursor = page.next;
  } while (cursor !== undefined);
  if (stored > 0) log.info({ stored }, 'deliveries were fetched from the log of the App');
  return stored;
}

/** Every open pull request of an installation is observed: one that we never heard of gets its gate. */
export async function lookAtPulls(
  { journal: { db, enqueue }, reader, self }: SweepTools,
  installation: number,
): Promise<void> {
  for (const { defaultBranch: _, archived, ...repository } of await reader.repositories(installation)) {
    if (archived) continue;
    for (const pull of await reader.openPulls(repository)) await observe(pull, repository);
  }

  async function observe(pull: PullView, repository: Repository): Promise<void> {
    const header = headerFromView(pull, repository.id, self.botId);
    const stream = pullStream(repository.id, pull.number);
    const key = `${stream}/looked/${pull.head.sha}/${pull.base.ref}/${pull.draft}`;
    await db.transaction().execute((tx) =>
      append(tx, enqueue, {
        stream,
        repository,
        key,
        fact: { type: 'PullObserved', action: 'looked', pull: header, by: pull.author },
      }),
    );
  }
}

/** Runs `work` unless another replica does; the right outlives a crash by `seconds` at most. */
export async function alone(
  tools: SweepTools,
  name: string,
  seconds: number,
  work: () => Promise<unknown>,
): Promise<boolean> {
  const right = await claim(tools.journal.db, `sweep/${name}`, seconds);
  if (!right) return false;
  try {
    await work();
  } finally {
    await release(tools.journal.db, right, { digest: null, remoteId: null });
  }
  return true;
}
