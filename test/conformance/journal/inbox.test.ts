// Deliveries are stored once, whole and in groups, on both databases.
import { randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createInbox, type Delivery, type Inbox } from '../../../src/journal/inbox.ts';
import { migrate } from '../../../src/journal/migrate.ts';
import { openDatabase } from '../../../src/journal/open-database.ts';
import { databases, fresh } from './databases.ts';

const delivery = (guid: string, over: Partial<Delivery> = {}): Delivery => ({
  guid,
  event: 'issues',
  action: 'labeled',
  installation: 7,
  body: Buffer.from(JSON.stringify({ guid })),
  ...over,
});

describe.each(databases)('on %s', (kind) => {
  let database: Awaited<ReturnType<typeof openDatabase>>;
  let inbox: Inbox;
  /** Batches that a translate job was asked for. */
  const jobs: string[] = [];
  const errors: unknown[] = [];

  beforeAll(async () => {
    database = await openDatabase(await fresh(kind), (error) => errors.push(error));
    await migrate(database.db);
  });
  afterAll(async () => {
    await database.close();
    expect(errors).toEqual([]);
  });
  beforeEach(async () => {
    jobs.length = 0;
    await sql`truncate inbox, inbox_batch`.execute(database.db);
    inbox = createInbox(database.db, async (tx, queue, job) => {
      // Inside the transaction: a job for what was rolled back would be a job for nothing.
      await sql`select 1`.execute(tx);
      if (queue === 'translate' && 'batch' in job) jobs.push(job.batch);
    });
  });

  test('what is stored is read back byte by byte', async () => {
    const body = gzipSync('any bytes at all');
    expect(await inbox.store(delivery('a', { body }))).toBe('stored');
    expect(await inbox.read('a')).toMatchObject({
      guid: 'a',
      event: 'issues',
      action: 'labeled',
      installation: 7,
      state: 'stored',
    });
    const [read] = await inbox.readBatch(jobs[0] ?? '');
    expect(gunzipSync(read?.body ?? '').toString()).toBe('any bytes at all');
    expect(read?.receivedAt).toBeInstanceOf(Date);
  });

  test('bodies of every size are stored, side by side', async () => {
    const bodies = [Buffer.alloc(5_000_000, randomBytes(999)), Buffer.from('{}'), randomBytes(10)];
    await Promise.all(bodies.map((body, nth) => inbox.store(delivery(`g${nth}`, { body }))));
    const read = (await Promise.all(jobs.map((batch) => inbox.readBatch(batch)))).flat();
    for (const [nth, body] of bodies.entries())
      expect(read.find(({ guid }) => guid === `g${nth}`)?.body.equals(body)).toBe(true);
  });

  test('absence is undefined, an unknown batch is empty', async () => {
    expect(await inbox.read('nobody')).toBeUndefined();
    expect(await inbox.readBatch('12345')).toEqual([]);
    await inbox.store(delivery('bare', { action: undefined, installation: undefined }));
    expect(await inbox.read('bare')).toMatchObject({ action: undefined, installation: undefined, note: undefined });
  });

  test('deliveries that arrive together are one group, one job, in order of arrival', async () => {
    const guids = Array.from({ length: 50 }, (_, index) => `g${index}`);
    expect(new Set(await Promise.all(guids.map((guid) => inbox.store(delivery(guid)))))).toEqual(new Set(['stored']));
    const groups = await Promise.all(jobs.map((batch) => inbox.readBatch(batch)));
    expect(jobs.length).toBeLessThan(10);
    expect(groups.flat().map(({ guid, body }) => [guid, JSON.parse(body.toString())])).toEqual(
      expect.arrayContaining(guids.map((guid) => [guid, { guid }])),
    );
  });

  test('a GUID is stored once, whether the repeat comes later or in the same group', async () => {
    const together = await Promise.all([
      inbox.store(delivery('a')),
      inbox.store(delivery('a')),
      inbox.store(delivery('b')),
    ]);
    expect(together.toSorted()).toEqual(['duplicate', 'stored', 'stored']);
    const before = jobs.length;
    expect(await inbox.store(delivery('a'))).toBe('duplicate');
    expect(jobs).toHaveLength(before);
    const { rows } = await sql<{ orphans: number }>`
    select count(*)::int as orphans from inbox_batch where id not in (select batch from inbox)`.execute(database.db);
    expect(rows).toEqual([{ orphans: 0 }]);
  });

  test('a delivery whose translation failed is stored again by its redelivery', async () => {
    await inbox.store(delivery('a'));
    await database.db.transaction().execute((tx) => inbox.mark(tx, 'a', 'failed', 'no such repository'));
    expect(await inbox.read('a')).toMatchObject({ state: 'failed', note: 'no such repository' });
    expect(await inbox.store(delivery('a', { body: Buffer.from('again') }))).toBe('stored');
    expect(await inbox.read('a')).toMatchObject({ state: 'stored', note: undefined });
    expect(await inbox.readBatch(jobs[0] ?? '')).toEqual([]);
    expect((await inbox.readBatch(jobs[1] ?? ''))[0]?.body.toString()).toBe('again');
  });

  test('a group that cannot be stored rejects all of its deliveries and leaves nothing; the next one is stored', async () => {
    let broken = true;
    const flaky = createInbox(database.db, async () => {
      if (broken) throw new Error('queue is down');
    });
    const outcomes = await Promise.allSettled([flaky.store(delivery('a')), flaky.store(delivery('b'))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await flaky.read('a')).toBeUndefined();
    broken = false;
    expect(await flaky.store(delivery('a'))).toBe('stored');
  });

  test('inside a transaction a batch is read through it', async () => {
    await inbox.store(delivery('a'));
    const read = await database.db.transaction().execute(async (tx) => {
      const [one] = await inbox.readBatch(jobs[0] ?? '', tx);
      await inbox.mark(tx, 'a', 'translated');
      return one?.guid;
    });
    expect(read).toBe('a');
    expect(await inbox.read('a')).toMatchObject({ state: 'translated' });
  });
});
