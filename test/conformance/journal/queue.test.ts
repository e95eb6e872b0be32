// What the loop relies on in its queue holds on both databases, with the settings that it runs with.
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import { type Journal, openJournal } from '../../../src/journal/database.ts';
import { workers } from '../../../src/loop/workers.ts';
import { until } from '../../scene/until.ts';
import { databases, fresh } from './databases.ts';

describe.each(databases)('the queue on %s', (kind) => {
  let journal: Journal;
  const errors: unknown[] = [];

  beforeAll(async () => {
    journal = await openJournal(await fresh(kind), (error) => errors.push(error));
  });
  afterAll(async () => {
    await journal.close();
    expect(errors).toEqual([]);
  });

  const send = (...streams: StreamId[]) =>
    journal.db.transaction().execute(async (tx) => {
      for (const stream of streams) await journal.enqueue(tx, 'react', { stream });
    });
  const take = async (options = {}) => (await journal.boss.fetch<{ stream: string }>('react', options))[0];
  const takeNow = () => take({ includeMetadata: true, ignoreStartAfter: true });

  test('a job is one worker’s while it lives; a worker that falls silent loses it, and it is tried again', async () => {
    await send(ticketStream(1, 1));
    const job = await take();
    expect(job?.data).toEqual({ stream: ticketStream(1, 1) });
    expect(await take()).toBeUndefined();
    const again = await until('the job of a silent worker', () => take({ includeMetadata: true }), 40);
    expect(again).toMatchObject({ id: job?.id, retryCount: 1 });
    await journal.boss.complete('react', again.id);
  });

  test('a job that fails waits twice as long each time, and no two for the same time', async () => {
    await send(...Array.from({ length: 12 }, (_, n) => ticketStream(2, n + 1)));
    const waits: number[][] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      const jobs = await journal.boss.fetch('react', { batchSize: 12, ignoreStartAfter: true });
      expect(jobs).toHaveLength(12);
      await journal.boss.fail(
        'react',
        jobs.map(({ id }) => id),
      );
      const { rows } = await sql<{ wait: number }>`
        select extract(epoch from start_after - clock_timestamp())::float8 as wait from pgboss.job
        where name = 'react' and state = 'retry'`.execute(journal.db);
      waits.push(rows.map(({ wait }) => Number(wait)));
    }
    for (const [attempt, times] of waits.entries()) {
      // The half is certain, the other half is chance.
      expect(Math.max(...times)).toBeLessThanOrEqual(2 ** (attempt + 1));
      expect(Math.min(...times)).toBeGreaterThan(2 ** attempt - 2);
      expect(new Set(times.map((time) => Math.round(time * 1_000))).size).toBeGreaterThan(1);
    }
    await journal.boss.deleteAllJobs('react');
  });

  test('what fails to the end is in the dead letter once, with its data and its reason', async () => {
    await send(ticketStream(3, 1));
    let attempts = 0;
    for (;;) {
      const job = await takeNow();
      if (!job) break;
      attempts++;
      await journal.boss.fail('react', job.id, { message: 'it never works' });
    }
    expect(attempts).toBe(6);
    const dead = await until('the dead letter', async () => {
      const jobs = await journal.boss.fetch('dead', { batchSize: 5, includeMetadata: true });
      return jobs.length > 0 && jobs;
    });
    expect(dead).toMatchObject([{ data: { stream: ticketStream(3, 1) }, sourceOutput: { message: 'it never works' } }]);
    await journal.boss.complete(
      'dead',
      dead.map(({ id }) => id),
    );
  });

  test('depth, what is in flight and what is tried again are counted', async () => {
    await send(ticketStream(4, 1), ticketStream(4, 2), ticketStream(4, 3));
    const [flying, failing] = [await take(), await take()];
    await journal.boss.fail('react', failing?.id ?? '');
    await until('the numbers', async () => {
      const [queue] = await journal.boss.getQueues(['react']);
      return queue?.activeCount === 1 && queue.readyCount + queue.deferredCount === 2;
    });
    await journal.boss.complete('react', flying?.id ?? '');
    await journal.boss.deleteAllJobs('react');
  });

  test('five jobs of one repository are done early, whoever came before with five hundred', async () => {
    const command = { type: 'CancelRun', run: 'r', workflowRun: 1, why: 'x', force: false } as never;
    const give = (repo: number, jobs: number) =>
      journal.db.transaction().execute(async (tx) => {
        for (let n = 0; n < jobs; n++) {
          const job = { stream: ticketStream(repo, 1), key: `${repo}/${n}`, command };
          await journal.enqueue(tx, 'perform', job, { group: String(repo) });
        }
      });
    await give(5, 500);
    await give(6, 5);
    const done: string[] = [];
    const slow = Promise.withResolvers<void>();
    await journal.boss.work<{ key: string }>('perform', workers.perform, async ([job]) => {
      const key = job?.data.key ?? '';
      // The busy repository's jobs take as long as the others need: they must not hold every worker.
      if (key.startsWith('5/')) await slow.promise;
      done.push(key);
    });
    await until('the five', () => done.length === 5);
    expect(done.toSorted()).toEqual(['6/0', '6/1', '6/2', '6/3', '6/4']);
    slow.resolve();
    await journal.boss.offWork('perform');
    await journal.boss.deleteAllJobs('perform');
  });
});
