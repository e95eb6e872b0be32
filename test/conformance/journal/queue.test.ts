// What the loop relies on in its queue holds on both databases, with the settings that it runs with.
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Command } from '../../../src/decide/command.ts';
import { type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import type { Journal } from '../../../src/journal/database.ts';
import type { Jobs } from '../../../src/journal/enqueue.ts';
import { oneByOne, type Poll, paces, work } from '../../../src/loop/workers.ts';
import { until } from '../../scene/until.ts';
import { databases, opened } from './databases.ts';

describe.each(databases)('the queue on %s', (kind) => {
  let journal: Journal;
  opened(kind, (made) => {
    journal = made;
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

  test('of jobs that were taken together one fails, and it alone is tried again', async () => {
    const broken = ticketStream(5, 3);
    await send(...Array.from({ length: 20 }, (_, n) => ticketStream(5, n + 1)));
    await work<Jobs['react']>(journal.boss, 'react', paces.react, (jobs) =>
      oneByOne(jobs, async ({ data }) => {
        if (data.stream === broken) throw new Error('it fails');
      }),
    );
    const tried = () =>
      sql<{ stream: string; state: string; retry_count: number }>`
        select data->>'stream' as stream, state, retry_count from pgboss.job
        where name = 'react' and data->>'stream' like 'ticket:5#%'`
        .execute(journal.db)
        .then(({ rows }) => rows);
    const jobs = await until('each to be tried', async () => {
      const rows = await tried();
      return (
        rows.every(({ state, retry_count: again }) => state === 'completed' || state === 'retry' || again > 0) && rows
      );
    });
    const again = jobs.filter(({ state, retry_count }) => state !== 'completed' || retry_count > 0);
    expect(again.map(({ stream }) => stream)).toEqual([broken]);
    await journal.boss.offWork('react');
    await journal.boss.deleteAllJobs('react');
  });

  const give = (repository: number, jobs: number) =>
    journal.db.transaction().execute(async (tx) => {
      for (let n = 0; n < jobs; n++) {
        const command: Command = { type: 'CancelRun', run: 'r', workflowRun: 1, why: 'x' };
        const job = { stream: ticketStream(repository, 1), key: `${repository}/${n}`, command };
        await journal.enqueue(tx, 'perform', job, { group: String(repository) });
      }
    });
  const perform = (one: (key: string) => Promise<void>, poll?: Poll) =>
    work<Jobs['perform']>(
      journal.boss,
      'perform',
      paces.perform,
      (jobs) => oneByOne(jobs, ({ data }) => one(data.key)),
      poll,
    );
  const never: Poll = { pollingIntervalSeconds: 3_600, notifyPollingIntervalSeconds: 3_600 };
  const clear = async () => {
    await journal.boss.offWork('perform');
    await journal.boss.deleteAllJobs('perform');
  };

  test('five jobs of one repository are done early, whoever came before with five hundred', async () => {
    await give(5, 500);
    await give(6, 5);
    const done: string[] = [];
    const slow = Promise.withResolvers<void>();
    await perform(async (key) => {
      // The busy repository's jobs take as long as the others need: they must not hold every worker.
      if (key.startsWith('5/')) await slow.promise;
      done.push(key);
    });
    await until('the five', () => done.length === 5);
    expect(done.toSorted()).toEqual(['6/0', '6/1', '6/2', '6/3', '6/4']);
    slow.resolve();
    await clear();
  });

  test('a backlog is worked off without one poll, within the limits, and what fails of it waits alone', async () => {
    for (const repository of [7, 8, 9]) await give(repository, 30);
    const now = { all: 0, ofOne: new Map<string, number>() };
    const seen = { all: 0, ofOne: 0 };
    const done: string[] = [];
    const broken = (key: string) => key.endsWith('/13');
    await perform(async (key) => {
      const [repository = ''] = key.split('/');
      const enter = (by: 1 | -1) => {
        now.all += by;
        now.ofOne.set(repository, (now.ofOne.get(repository) ?? 0) + by);
        seen.all = Math.max(seen.all, now.all);
        seen.ofOne = Math.max(seen.ofOne, ...now.ofOne.values());
      };
      enter(1);
      // As long as the database takes for an effect, so that workers meet each other.
      await journal.ping();
      enter(-1);
      if (broken(key)) throw new Error('it fails');
      done.push(key);
    }, never);
    await until('the backlog to be done', () => done.length === 3 * 29, 50);
    expect(new Set(done).size).toBe(done.length);
    expect(seen.all).toBeLessThanOrEqual(paces.perform.workers);
    expect(seen.ofOne).toBeLessThanOrEqual(paces.perform.ofOneRepository);
    const left = () =>
      sql<{ key: string; state: string }>`
        select data->>'key' as key, state from pgboss.job where name = 'perform' and state <> 'completed' order by key`
        .execute(journal.db)
        .then(({ rows }) => rows);
    const waiting = await until('the last to be settled', async () => {
      const rows = await left();
      return rows.every(({ state }) => state !== 'active') && rows;
    });
    expect(waiting).toEqual([7, 8, 9].map((repository) => ({ key: `${repository}/13`, state: 'retry' })));
    await clear();
  });

  test('a job that arrives wakes who takes it and one more, not every worker of its queue', async () => {
    const looks = () => {
      const ours = journal.boss.getWipData().filter(({ name }) => name === 'perform');
      return new Map(ours.map(({ id, lastFetchedOn }) => [id, lastFetchedOn]));
    };
    let done = 0;
    await perform(async () => {
      done++;
    }, never);
    await until('each to have looked once', () => [...looks().values()].every((at) => at !== null));
    const before = looks();
    for (let jobs = 1; jobs <= 10; jobs++) {
      await give(10, 1);
      await until('the job to be done', () => done === jobs);
    }
    const woken = [...looks()].filter(([id, at]) => at !== before.get(id));
    expect(woken.length).toBeGreaterThan(0);
    expect(woken.length).toBeLessThan(paces.perform.workers / 2);
    await clear();
  });
});
