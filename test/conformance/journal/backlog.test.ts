// The backlog on both databases (SF-004, SF-005): order, caps, leases, fences, and twenty who claim at once.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunOutcome } from '../../../src/facts/run.ts';
import { type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import { admit } from '../../../src/journal/admit.ts';
import { append } from '../../../src/journal/append.ts';
import { createTicket, type NewTicket, unblock, withdraw } from '../../../src/journal/backlog.ts';
import { type Ask, type Claimed, type Conflict, claim, fetchReady } from '../../../src/journal/claim.ts';
import type { Journal } from '../../../src/journal/database.ts';
import { expiredRuns, finishRun, heartbeat, readRun, takeLease } from '../../../src/journal/lease.ts';
import { offerSlots } from '../../../src/journal/offer.ts';
import { propertyRuns } from '../../property-runs.ts';
import { anAssignment, databases, opened } from './databases.ts';

const many = 1_000;

describe.each(databases)('on %s', (kind) => {
  let journal: Journal;
  opened(kind, (made) => {
    journal = made;
  });

  const streamOf = async (repo: number, number: number): Promise<StreamId> => {
    const stream = ticketStream(repo, number);
    const repository = { installation: 1, id: repo, owner: 'acme', name: `app${repo}` };
    const fact = { type: 'MembersChanged', login: 'mona' } as const;
    await journal.db
      .transaction()
      .execute((tx) => append(tx, journal.enqueue, { stream, repository, key: `seed:${stream}`, fact }));
    return stream;
  };
  const create = async (repo: number, number: number, more: Partial<NewTicket> = {}) => {
    const ticket = await streamOf(repo, number);
    const key = `${repo}-${number}-1`;
    const created = await createTicket(journal.db, {
      ...{ key, ticket, repo, content: { stage: 'plan' }, priority: 'medium', blockedBy: [], cap: many },
      ...more,
    });
    return { key, ticket, created };
  };
  const claimed = (key: string, more: Partial<Ask> = {}, total = many): Promise<Claimed | Conflict> =>
    journal.db
      .transaction()
      .execute((tx) => claim(tx, { key, holder: key, seconds: 60, assignment: anAssignment(key), ...more }, total));
  const end = (key: string, outcome: RunOutcome = { kind: 'cancelled', why: 'enough' }, fence?: number) =>
    journal.db.transaction().execute((tx) => finishRun(tx, key, outcome, fence));
  const take = (key: string) =>
    journal.db
      .transaction()
      .execute((tx) => takeLease(tx, key, { workflowRun: 7, identity: '1/1', tokenHash: `hash ${key}`, seconds: 60 }));
  const ready = async (repo: number) =>
    (await fetchReady(journal.db, many)).filter((one) => one.repo === repo).map(({ key }) => key);

  test('a ticket is created once; the same key for something else is a conflict', async () => {
    expect((await create(20, 1)).created).toBe('created');
    expect((await create(20, 1)).created).toBe('existed');
    expect((await create(20, 1, { content: { stage: 'verify' } })).created).toEqual({
      conflict: 'other_content',
      key: '20-1-1',
    });
  });

  test('the urgent come first, then the old; the blocked wait, and a full repository holds up nobody else', async () => {
    await create(21, 1, { cap: 2 });
    await create(21, 2, { cap: 2, priority: 'urgent', blockedBy: ['acme/app21#9'] });
    await create(21, 3, { cap: 2, priority: 'high' });
    await create(21, 4, { cap: 2 });
    await create(22, 1, { priority: 'low', cap: 1 });
    expect(await ready(21)).toEqual(['21-3-1', '21-1-1']);
    expect(await ready(22)).toEqual(['22-1-1']);
    expect(await claimed('21-2-1')).toEqual({ conflict: 'blocked', by: ['acme/app21#9'] });
    expect(await claimed('21-4-1')).toEqual({ conflict: 'behind', ahead: expect.any(Number) });
    expect(await claimed('21-1-1')).toEqual({ claimed: { key: '21-1-1', fence: 1, again: false } });
    expect(await claimed('21-3-1')).toMatchObject({ claimed: { fence: 1 } });
    expect(await claimed('21-4-1')).toEqual({ conflict: 'repository_busy', live: 2 });
    expect(await claimed('22-1-1', {}, 2)).toEqual({ conflict: 'all_busy', live: 2 });
    expect(await claimed('22-1-1')).toMatchObject({ claimed: {} });
    await unblock(journal.db, 'acme/APP21#9');
    await end('21-1-1');
    expect(await ready(21)).toEqual(['21-2-1']);
    await create(21, 1, { key: '21-1-2', cap: 2 });
    await withdraw(journal.db, '21-2-1');
    // It was here first, whichever of its runs asks.
    expect(await ready(21)).toEqual(['21-1-2']);
    expect(await claimed('21-2-1')).toEqual({ conflict: 'withdrawn' });
    for (const key of ['21-3-1', '22-1-1']) await end(key);
  });

  test('twenty claim one ticket at once: one has it, and the others are told the same', async () => {
    const { key } = await create(23, 1);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => claimed(key, { holder: `claimer ${n}` })));
    const won = answers.flatMap((answer, n) => ('claimed' in answer ? [n] : []));
    expect(won).toHaveLength(1);
    const lost = answers.filter((answer) => 'conflict' in answer);
    expect(lost).toHaveLength(19);
    expect(lost[0]).toEqual({ conflict: 'leased', run: key, holder: `claimer ${won[0]}`, until: expect.any(Date) });
    for (const answer of lost) expect(answer).toEqual(lost[0]);
    expect(await claimed(key, { holder: `claimer ${won[0]}` })).toMatchObject({ claimed: { again: true, fence: 1 } });
    await end(key);
    expect(await claimed(key, { holder: 'late' })).toEqual({ conflict: 'ended' });
  });

  test('a stale fence writes nothing and is told why; an expired lease is found, and fences rise from run to run', async () => {
    const { key } = await create(24, 1);
    await claimed(key, { seconds: -1 });
    const [expired] = await expiredRuns(journal.db);
    expect(expired).toMatchObject({ id: key, fence: 1 });
    expect(await end(key, { kind: 'failed', class: 'infrastructure', why: 'silent' }, 1)).toEqual({ ended: 'failed' });

    const second = await create(24, 1, { key: '24-1-2' });
    expect(await claimed('24-1-2')).toMatchObject({ claimed: { fence: 2 } });
    const taken = await take('24-1-2');
    if (!('taken' in taken)) throw new Error(taken.refused);
    expect(taken.taken).toMatchObject({ fence: 3, assignment: { fence: 3 } });
    const stale = { ...taken.taken, fence: 2 };
    const why = 'the fence of run 24-1-2 is 3, and this write names 2';
    expect(await heartbeat(journal.db, stale, {}, 60)).toEqual({ refused: 'stale_fence', why });
    expect(await end('24-1-2', { kind: 'delivered' }, 2)).toEqual({ refused: 'stale_fence', why });
    expect(await heartbeat(journal.db, taken.taken, {}, 60)).toEqual({ cancel: undefined });
    expect(await end('24-1-2', { kind: 'delivered' }, 3)).toEqual({ ended: 'succeeded' });
    expect(await end('24-1-2', { kind: 'cancelled', why: 'late' }, 3)).toEqual({
      refused: 'illegal',
      why: 'a run that is succeeded cannot cancel',
    });
    expect(await heartbeat(journal.db, taken.taken, {}, 60)).toMatchObject({ refused: 'illegal' });
    expect(second.created).toBe('created');
  });

  test('a run that nobody took cannot succeed', async () => {
    const { key } = await create(25, 1);
    await claimed(key);
    expect(await end(key, { kind: 'delivered' })).toEqual({
      refused: 'illegal',
      why: 'a run that is queued cannot succeed',
    });
    expect((await readRun(journal.db, key))?.state).toBe('queued');
    await end(key);
  });

  test('the same signal starts the same work once; a new one starts it again', async () => {
    const about = { head: 'a'.repeat(40), signal: 'comment:1/retry' };
    await create(26, 1);
    await claimed('26-1-1', about);
    await end('26-1-1');
    await create(26, 1, { key: '26-1-2' });
    expect(await claimed('26-1-2', about)).toEqual({ conflict: 'unchanged', run: '26-1-1' });
    await create(26, 1, { key: '26-1-3' });
    expect(await claimed('26-1-3', { ...about, signal: 'comment:2/retry' })).toMatchObject({ claimed: {} });
    await end('26-1-3');
    await create(26, 1, { key: '26-1-4' });
    expect(await claimed('26-1-4', { ...about, head: 'b'.repeat(40) })).toMatchObject({ claimed: {} });
    await end('26-1-4');
  });

  test('a free slot is offered to the first in order, once, and kept for it', async () => {
    const repo = 27;
    for (const n of [1, 2, 3]) await create(repo, n, { cap: 1, priority: n === 3 ? 'high' : 'medium' });
    await claimed('27-3-1');
    const offered = async () =>
      (await offerSlots(journal.db, journal.enqueue, many)).filter((key) => key.startsWith(`${repo}-`));
    expect(await offered()).toEqual([]);
    await end('27-3-1');
    expect(await offered()).toEqual(['27-1-1']);
    expect(await offered()).toEqual([]);
    expect(await claimed('27-2-1')).toMatchObject({ conflict: 'behind' });
    // Who does not answer an offer for a minute is no longer waited for.
    await journal.db
      .updateTable('backlog')
      .set({ offered_at: new Date(Date.now() - 61_000) })
      .where('key', '=', '27-1-1')
      .execute();
    expect(await offered()).toEqual(['27-2-1']);
    expect(await claimed('27-2-1')).toMatchObject({ claimed: {} });
    await end('27-2-1');
    expect(await claimed('27-1-1')).toMatchObject({ claimed: {} });
    await end('27-1-1');
    const told = await journal.db.selectFrom('fact').select('key').where('type', '=', 'SlotOffered').execute();
    expect(told.map((row) => row.key).sort()).toEqual(
      expect.arrayContaining(['run:27-1-1:offered/1', 'run:27-2-1:offered/1']),
    );
  });

  test(
    'no order of events leaves two live runs of a ticket, two runs of one signal, or a fence that falls',
    async () => {
      const heads = ['a'.repeat(40), 'b'.repeat(40)];
      const step = fc.record({
        what: fc.constantFrom('ask', 'ask', 'ask', 'take', 'take', 'beat', 'end', 'end', 'expire', 'withdraw'),
        ticket: fc.integer({ min: 1, max: 3 }),
        run: fc.integer({ min: 1, max: 2 }),
        head: fc.nat(1),
        signal: fc.nat(1),
      });
      let story = 0;
      let effective = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 45 }), async (steps) => {
          const repo = 1_000 + ++story;
          const fences = new Map<number, number>();
          for (const n of [1, 2, 3]) await streamOf(repo, n);
          for (const { what, ticket, run, head, signal } of steps) {
            const id = `${repo}-${ticket}-${run}`;
            if (what === 'ask') {
              const answer = await admit(
                journal.db,
                {
                  ...{ id, stream: ticketStream(repo, ticket), repo, assignment: anAssignment(id), seconds: 60 },
                  ...{ head: heads[head] ?? '', signal: `signal ${signal}` },
                },
                { repository: 2, total: many },
              );
              if ('claimed' in answer && !answer.claimed.again) {
                expect(answer.claimed.fence).toBeGreaterThan(fences.get(ticket) ?? 0);
                fences.set(ticket, answer.claimed.fence);
              }
            } else if (what === 'take') {
              const taken = await take(id);
              if ('taken' in taken) {
                expect(taken.taken.fence).toBeGreaterThan(fences.get(ticket) ?? 0);
                fences.set(ticket, taken.taken.fence);
              }
            } else if (what === 'beat') {
              const row = await readRun(journal.db, id);
              if (row) await heartbeat(journal.db, row, {}, 60);
            } else if (what === 'withdraw') await withdraw(journal.db, id);
            else await end(id, what === 'end' ? { kind: 'delivered' } : { kind: 'timed_out', why: 'late' });
            const rows = await journal.db.selectFrom('run').selectAll().where('repo', '=', repo).execute();
            const live = rows.filter(({ state }) => ['queued', 'claimed', 'running'].includes(state));
            expect(new Set(live.map(({ stream }) => stream)).size).toBe(live.length);
            expect(live.length).toBeLessThanOrEqual(2);
            const same = rows.map((row) => `${row.stream} ${row.stage} ${row.head} ${row.signal}`);
            expect(new Set(same).size).toBe(same.length);
            effective += rows.filter(({ state }) => state === 'succeeded').length;
          }
        }),
        { numRuns: kind === 'pglite' ? propertyRuns(12, 1_000) : propertyRuns(20, 1_000) },
      );
      // A property that never saw a run succeed would hold of nothing.
      expect(effective).toBeGreaterThan(0);
    },
    propertyRuns(60_000, 1_800_000),
  );
});
