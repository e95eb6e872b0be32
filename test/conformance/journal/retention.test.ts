// What expires, what never does, and that a closed stream lives on after it was compacted. On both databases.
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { ticketLifecycle } from '../../../src/decide/ticket/ticket.ts';
import type { Fact } from '../../../src/facts/fact.ts';
import { pullStream, type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import { append } from '../../../src/journal/append.ts';
import { readArtifact, storeArtifact } from '../../../src/journal/artifact.ts';
import { recordRefusal, reserveCall, settleCall } from '../../../src/journal/budget.ts';
import type { Journal } from '../../../src/journal/database.ts';
import { createInbox } from '../../../src/journal/inbox.ts';
import { usageOf } from '../../../src/journal/lease.ts';
import { keptDays, type Retained, retain } from '../../../src/journal/retention.ts';
import { readStream, refold } from '../../../src/journal/stream.ts';
import { lifecycles } from '../../../src/loop/lifecycles.ts';
import { anIssue, base, mia, type Story, tell } from '../api/story.ts';
import { databases, opened } from './databases.ts';

const forEver = new AbortController().signal;

describe.each(databases)('on %s', (kind) => {
  let journal: Journal;
  let story: Story;
  const errors = opened(kind, (made) => {
    journal = made;
    story = tell(journal);
  });

  const round = (signal = forEver): Promise<Retained> =>
    retain(journal.db, signal, (stream, error) => errors.push(stream, error));
  const bodies = async (stream: StreamId) =>
    (await journal.db.selectFrom('fact').select(['type', 'body']).where('stream', '=', stream).orderBy('seq').execute())
      .filter(({ body }) => body !== null)
      .map(({ type }) => type);
  /** Only the newest one counts, and times of older ones are part of the state. */
  const age = (stream: StreamId, days: number) =>
    sql`update fact set at = at - ${days} * interval '1 day'
      where stream = ${stream} and seq = (select seq from stream where id = ${stream})`.execute(journal.db);
  const foldAgain = (stream: StreamId) =>
    stream.startsWith('ticket:')
      ? refold(journal.db, stream, lifecycles.ticket)
      : refold(journal.db, stream, lifecycles.pull);

  test('the bytes of deliveries expire, their GUIDs later; what nobody has read yet never does', async () => {
    const inbox = createInbox(journal.db, journal.enqueue);
    const delivery = (guid: string) => ({
      guid,
      event: 'issues',
      action: 'edited',
      installation: 1,
      body: Buffer.from(`{"from":"${guid}"}`),
    });
    for (const guid of ['old', 'waiting', 'young']) await inbox.store(delivery(guid));
    for (const guid of ['old', 'young'])
      await journal.db.transaction().execute((tx) => inbox.mark(tx, guid, 'translated'));
    const batchOf = async (guid: string) =>
      (await journal.db.selectFrom('inbox').select('batch').where('guid', '=', guid).executeTakeFirst())?.batch ?? 0;
    const batches = { old: await batchOf('old'), waiting: await batchOf('waiting'), young: await batchOf('young') };
    await sql`update inbox_batch set at = at - interval '31 days' where id in (${batches.old}, ${batches.waiting})`.execute(
      journal.db,
    );

    expect(await round()).toMatchObject({ payload: 1, delivery: 0 });
    expect(await inbox.readBatch(batches.old)).toEqual([]);
    expect(await inbox.readBatch(batches.waiting)).toHaveLength(1);
    expect(await inbox.readBatch(batches.young)).toHaveLength(1);
    expect(await inbox.read('old')).toMatchObject({ state: 'translated' });
    expect(await inbox.store(delivery('old'))).toBe('duplicate');

    await sql`update inbox set received_at = received_at - interval '91 days' where guid <> 'young'`.execute(
      journal.db,
    );
    expect(await round()).toMatchObject({ payload: 0, delivery: 1 });
    expect(await inbox.read('old')).toBeUndefined();
    expect(await inbox.read('waiting')).toMatchObject({ state: 'stored' });
    expect(await inbox.read('young')).toBeDefined();
  });

  test('a closed stream is compacted to its final state, keys still refuse repetitions, open streams keep everything', async () => {
    const [closed, pull, open] = [ticketStream(7, 10), pullStream(7, 11), ticketStream(7, 20)];
    await story.planned(10);
    await story.approve(10);
    await story.implemented(10);
    await story.merged(10);
    await story.planned(20);
    const before = new Map(
      await Promise.all([closed, pull, open].map(async (one) => [one, await readStream(journal.db, one)] as const)),
    );
    const openBodies = await bodies(open);

    for (const stream of [closed, pull, open]) await age(stream, keptDays.closedStream - 1);
    expect(await round()).toMatchObject({ closedStream: 0 });
    for (const stream of [closed, pull, open]) await age(stream, 2);
    expect(await round()).toMatchObject({ closedStream: 2 });
    expect(await round()).toMatchObject({ closedStream: 0 });

    for (const stream of [closed, pull]) {
      const row = await readStream(journal.db, stream);
      expect(row?.state).toEqual(before.get(stream)?.state);
      expect(row?.seq).toBe((before.get(stream)?.seq ?? 0) + 1);
      expect(await bodies(stream)).toEqual(['Compacted']);
      expect(await foldAgain(stream)).toEqual(before.get(stream)?.state);
    }
    expect(await bodies(open)).toEqual(openBodies);

    const known = await journal.db.selectFrom('fact').select(['key', 'stream']).where('stream', '=', closed).execute();
    for (const { key } of known)
      expect(
        await journal.db
          .transaction()
          .execute((tx) => append(tx, journal.enqueue, { stream: closed, key, fact: { type: 'Woken' } })),
        key,
      ).toBe(false);
  });

  test('a compacted ticket is opened again, also by a lifecycle of another version, and compacted once more', async () => {
    const stream = ticketStream(7, 40);
    const closePull = { type: 'PullClosed', pull: 41, merged: false, by: mia } as const;
    await story.planned(40);
    await story.happen(stream, closePull);
    await age(stream, keptDays.closedStream + 1);
    expect(await round()).toMatchObject({ closedStream: 1 });
    await sql`update stream set version = 0, state = '{"nonsense": true}' where id = ${stream}`.execute(journal.db);

    await story.happen(
      stream,
      { type: 'IssueLabeled', label: 'ai-ready', by: mia, issue: anIssue('Again'), at: '2026-03-03T09:00:00Z' },
      {
        type: 'StartRead',
        by: mia,
        covers: 'live',
        role: 'write',
        issue: anIssue('Again'),
        labeled: true,
        policy: { status: 'absent' },
        base,
      },
    );
    expect((await readStream(journal.db, stream))?.state).toMatchObject({
      stage: { name: 'planning', run: '7-40-2' },
      branchesLeft: 1,
      runs: [{ run: '7-40-1' }, { run: '7-40-2' }],
    });
    await story.happen(stream, { type: 'IssueClosed', by: mia, at: '2026-03-04T09:00:00Z' });
    const state = (await readStream(journal.db, stream))?.state;
    await age(stream, keptDays.closedStream + 1);
    expect(await round()).toMatchObject({ closedStream: 1 });
    expect(await bodies(stream)).toEqual(['Compacted']);
    expect(await foldAgain(stream)).toEqual(state);
  });

  test('stopped anywhere, a compaction loses nothing and the next one goes on', async () => {
    const stream = ticketStream(7, 60);
    await story.planned(60);
    await story.happen(stream, { type: 'PullClosed', pull: 61, merged: true, sha: 'f'.repeat(40), by: mia });
    const state = (await readStream(journal.db, stream))?.state;
    await age(stream, keptDays.closedStream + 1);
    let looks = 0;
    for (let most = 1; (await bodies(stream)).join() !== 'Compacted'; most++) {
      expect(most).toBeLessThan(30);
      looks = 0;
      await round(stopAfter(most));
      expect(await foldAgain(stream)).toEqual(state);
    }
    await round();
    expect(await round()).toMatchObject({ closedStream: 0 });

    function stopAfter(most: number): AbortSignal {
      const { signal } = new AbortController();
      return Object.defineProperty(signal, 'aborted', { get: () => ++looks > most });
    }
  });

  test('an artifact expires when no stream names it any more, and not before', async () => {
    const { db } = journal;
    const stream = ticketStream(7, 70);
    const store = (text: string) => storeArtifact(db, Buffer.from(text), 'text/plain');
    const [named, nobodys, young] = [await store('named'), await store('nobodys'), await store('young')];
    await story.start(70);
    await story.happen(stream, {
      type: 'RunFinished',
      run: '7-70-1',
      stage: 'plan',
      submission: {
        fence: 2,
        outcome: { kind: 'failed', class: 'agent_failed', why: 'it gave up' },
        evidence: named,
        sandbox: { name: 'bubblewrap', boxed: true, unenforced: [] },
      },
      usage: { calls: 0, inputTokens: 0, outputTokens: 0 },
      isolation: 'box',
    });
    const ageOf = (digest: string) =>
      sql`update artifact set at = at - ${keptDays.artifact + 1} * interval '1 day' where digest = ${digest}`.execute(
        db,
      );
    await ageOf(named);
    await ageOf(nobodys);
    await round();
    expect(await readArtifact(db, nobodys)).toBeUndefined();
    expect(await readArtifact(db, named)).toBeDefined();
    expect(await readArtifact(db, young)).toBeDefined();

    // Bytes that are stored again are about to be named.
    await ageOf(young);
    await store('young');
    await round();
    expect(await readArtifact(db, young)).toBeDefined();

    await story.happen(stream, { type: 'IssueClosed', by: mia, at: '2026-03-05T09:00:00Z' });
    await age(stream, keptDays.closedStream + 1);
    await round();
    expect(await readArtifact(db, named)).toBeUndefined();
  });

  test('single model calls become one sum per ended run; every number stays what it was', async () => {
    const { db } = journal;
    await story.start(80);
    await story.run(80, 1, 'plan', {});
    const run = '7-80-1';
    const call = (n: number) => ({ inputTokens: 10 * n, outputTokens: n, costUsd: n / 4 });
    await sql`update run set state = 'running', finished_at = null where id = ${run}`.execute(db);
    for (const n of [1, 2, 3]) {
      const reserved = await reserveCall(
        db,
        journal.enqueue,
        run,
        { input: 0, leastOutput: 1, mostOutput: 1_000 },
        'openai-responses',
      );
      if ('id' in reserved) await settleCall(db, reserved.id, { tokens: 11 * n, micros: n }, call(n));
    }
    await recordRefusal(db, run, { inputTokens: 0, outputTokens: 0, costUsd: null }, true);
    await reserveCall(db, journal.enqueue, run, { input: 0, leastOutput: 1, mostOutput: 500 }, 'openai-responses');
    const sums = async () => {
      const { rows } = await sql<{ name: string }>`select column_name as name from information_schema.columns
        where table_name = 'model_call' and column_name <> 'id' and data_type in ('integer', 'bigint', 'numeric')`.execute(
        db,
      );
      const found = await sql`select count(*) filter (where settled is null) as open, bool_or(spent) as spent,
        sum((call->>'costUsd')::numeric)::float8 as cost, ${sql.join(
          rows.map(({ name }) => sql`sum(${sql.ref(name)})::float8 as ${sql.ref(name)}`),
        )} from model_call where run = ${run}`.execute(db);
      return found.rows;
    };
    const before = { sums: await sums(), usage: await usageOf(db, run) };
    expect(before.usage.calls).toBe(6);

    expect(await round()).toMatchObject({ modelCall: 0 });
    await sql`update run set state = 'succeeded', finished_at = clock_timestamp() - interval '31 days' where id = ${run}`.execute(
      db,
    );
    expect(await round()).toMatchObject({ modelCall: 1 });
    expect({ sums: await sums(), usage: await usageOf(db, run) }).toEqual(before);
    const rows = await db.selectFrom('model_call').select(['calls', 'settled']).where('run', '=', run).execute();
    expect(rows.map(({ calls }) => calls).toSorted()).toEqual([1, 5]);
    expect(await round()).toMatchObject({ modelCall: 0 });
  });

  test('a state of another shape is made from the facts when the version of its lifecycle rises', async () => {
    const stream = ticketStream(7, 90);
    await story.planned(90);
    const folded = await readStream(journal.db, stream);
    const newer = {
      ...ticketLifecycle,
      version: ticketLifecycle.version + 1,
      initial: { ...ticketLifecycle.initial, kinds: [] as string[] },
      evolve: (state: { kinds: string[] } & typeof ticketLifecycle.initial, fact: never, context: never) => ({
        ...ticketLifecycle.evolve(state, fact, context),
        kinds: [...state.kinds, (fact as Fact).type],
      }),
    };
    const state = await refold(journal.db, stream, newer as never);
    const types = await journal.db
      .selectFrom('fact')
      .select('type')
      .where('stream', '=', stream)
      .orderBy('seq')
      .execute();
    expect(state).toEqual({ ...(folded?.state as object), kinds: types.map(({ type }) => type) });
  });

  test('a fact of version 1 on record is folded as version 2', async () => {
    const { default: stored } = await import('../../fixtures/facts/pull-closed-v1.json', { with: { type: 'json' } });
    const stream = ticketStream(7, 12);
    await story.planned(12);
    const put = (seq: number, key: string) =>
      journal.db
        .insertInto('fact')
        .values({ ...stored, seq, key, body: JSON.stringify(stored.body) })
        .execute();
    const folded = (await readStream(journal.db, stream))?.seq ?? 0;
    // The ticket's pull request is 13; the fixture tells of 31, which is not the ticket's.
    await put(folded + 1, stored.key);
    expect(await foldAgain(stream)).not.toHaveProperty('pullClosed');
    await put(folded + 2, stored.key.replace('#31#', '#13#'));
    expect(await foldAgain(stream)).toHaveProperty('pullClosed', true);
    await sql`delete from fact where type = 'PullClosed' and stream = ${stream}`.execute(journal.db);
  });

  test('a stream that cannot be folded is named and does not keep the others from being compacted', async () => {
    const [bad, good] = [ticketStream(7, 100), ticketStream(7, 101)];
    for (const number of [100, 101]) {
      await story.label(number);
      await story.happen(ticketStream(7, number), {
        type: 'IssueUnlabeled',
        label: 'ai-ready',
        by: mia,
        at: '2026-03-03T09:00:00Z',
      });
    }
    await sql`update stream set version = 0 where id = ${bad}`.execute(journal.db);
    await sql`update fact set version = 99 where stream = ${bad}`.execute(journal.db);
    for (const stream of [bad, good]) await age(stream, keptDays.closedStream + 1);
    await round();
    expect(errors.splice(0)).toEqual([bad, expect.objectContaining({ name: 'Permanent' })]);
    expect(await bodies(good)).toEqual(['Compacted']);
  });
});
