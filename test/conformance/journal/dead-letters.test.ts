// SF-017: what is given up is on record with its class and evidence, replayed once however often it is asked for, on both databases.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlainTracer } from '../../../adapters/tracer/plain.ts';
import { deadLetters as command } from '../../../src/cli/dead-letters.ts';
import { evolveTicket } from '../../../src/decide/ticket/evolve.ts';
import { initialTicket } from '../../../src/decide/ticket/state.ts';
import { ticketLifecycle } from '../../../src/decide/ticket/ticket.ts';
import { UserFixable } from '../../../src/errors.ts';
import { message } from '../../../src/facts/message.ts';
import { pullStream, type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import type { TicketFact } from '../../../src/facts/ticket.ts';
import { append } from '../../../src/journal/append.ts';
import { type Journal, openJournal } from '../../../src/journal/database.ts';
import { bury, listDeadLetters } from '../../../src/journal/dead-letter.ts';
import { createInbox } from '../../../src/journal/inbox.ts';
import { readStream } from '../../../src/journal/stream.ts';
import { buryJob } from '../../../src/loop/bury.ts';
import { classOf, keptFailure } from '../../../src/loop/failure-class.ts';
import { setPoisonAside } from '../../../src/loop/poison.ts';
import { react } from '../../../src/loop/react.ts';
import { dismissDeadLetter, replayDeadLetter } from '../../../src/loop/replay.ts';
import { openSite } from '../api/site.ts';
import { databases, fresh } from './databases.ts';

const repository = { installation: 1, id: 7, owner: 'acme', name: 'app' };
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const mona = { id: 5, login: 'mona', kind: 'person' } as const;

describe.each(databases)('on %s', (kind) => {
  let journal: Journal;
  beforeAll(async () => {
    journal = await openJournal(await fresh(kind), () => {});
  });
  afterAll(() => journal.close());

  const tools = () => ({
    db: journal.db,
    enqueue: journal.enqueue,
    inbox: createInbox(journal.db, journal.enqueue),
    self: { botId: 1 },
    log: silent,
    tracer: createPlainTracer(),
    watch: { begun() {}, translated() {} },
    look() {},
  });
  const tell = (stream: StreamId, key: string, fact: TicketFact) =>
    journal.db.transaction().execute((tx) => append(tx, journal.enqueue, { stream, repository, key, fact }));
  const replay = (id: string, by = 'ops') =>
    journal.db.transaction().execute((tx) => replayDeadLetter({ tx, enqueue: journal.enqueue, by }, id));
  const dismiss = (id: string, by = 'ops') =>
    journal.db.transaction().execute((tx) => dismissDeadLetter({ tx, enqueue: journal.enqueue, by }, id));
  const of = (stream: StreamId) => listDeadLetters(journal.db, { stream, limit: 10 });
  const types = async (stream: StreamId) =>
    (
      await journal.db
        .selectFrom('fact')
        .select('type')
        .where('stream', '=', stream)
        .where('set_aside', '=', false)
        .orderBy('seq')
        .execute()
    ).map(({ type }) => type);
  const jobs = async (queue: string, about: string) =>
    (await journal.boss.findJobs(queue)).filter(({ data }) => JSON.stringify(data).includes(about));
  /** A fact of a vocabulary that this version does not have: what it means cannot be decided. */
  const poison = async (stream: StreamId, key: string) => {
    await tell(stream, key, { type: 'MembersChanged', login: 'x' });
    await journal.db
      .updateTable('fact')
      .set({ type: 'FromTheFuture', body: JSON.stringify({ type: 'FromTheFuture' }) })
      .where('key', '=', key)
      .execute();
  };
  /** A ticket that works: in the state that its row says. */
  const atWork = async (stream: StreamId) => {
    await tell(stream, `${stream}/start`, { type: 'MembersChanged', login: 'x' });
    await react(journal.db, journal.enqueue, stream);
    const context = { stream, number: 1, repositoryId: 7, now: new Date() };
    const facts: TicketFact[] = [
      { type: 'TicketStarted', by: mona },
      { type: 'StageEntered', stage: { name: 'implementing', run: '7-1-2' } },
    ];
    const state = facts.reduce((now, fact) => evolveTicket(now, fact, context), initialTicket);
    await journal.db
      .updateTable('stream')
      .set({ state: JSON.stringify(state), version: ticketLifecycle.version })
      .where('id', '=', stream)
      .execute();
  };

  test('a command that was given up is answered once, and lies there with its class and evidence', async () => {
    const stream = ticketStream(7, 10);
    await tell(stream, 'ten', { type: 'MembersChanged', login: 'x' });
    const data = { stream, key: `${stream}#1/0`, command: { type: 'CancelRun', run: '7-10-1', why: 'x' } } as const;
    const job = { data, output: {}, sourceOutput: { message: 'GitHub was away', class: 'infrastructure' } };
    await buryJob(tools(), job);
    await buryJob(tools(), job);
    const [entry, ...others] = await of(stream);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      kind: 'command',
      what: 'CancelRun',
      class: 'infrastructure',
      why: 'GitHub was away',
      evidence: { command: data.key, run: '7-10-1' },
      times: 1,
      state: 'open',
    });
    const answers = await journal.db.selectFrom('fact').select('body').where('key', '=', data.key).execute();
    expect(answers).toEqual([
      { body: expect.objectContaining({ type: 'GaveUp', command: 'CancelRun', class: 'infrastructure' }) },
    ]);
  });

  test('replaying twice does it once: under a new key, and only while it is open', async () => {
    const stream = ticketStream(7, 10);
    const [entry] = await of(stream);
    if (!entry) throw new Error('nothing was given up');
    const both = await Promise.all([replay(entry.id, 'ann'), replay(entry.id, 'bo')]);
    expect(both.map((one) => one?.state)).toEqual(['replayed', 'replayed']);
    expect(new Set(both.map((one) => one?.settledBy)).size).toBe(1);
    expect((await replay(entry.id))?.settledBy).toBe(both[0]?.settledBy);
    expect((await dismiss(entry.id))?.state).toBe('replayed');
    expect(await jobs('perform', '/again/1')).toHaveLength(1);
    expect((await types(stream)).filter((type) => type === 'Replayed')).toHaveLength(1);
    expect(await replay('999999')).toBeUndefined();
  });

  test('work that was stopped by it goes on, and what the ticket has left is not done', async () => {
    const stream = ticketStream(7, 11);
    await atWork(stream);
    const command = { type: 'DispatchRun', run: '7-1-2' } as never;
    await buryJob(tools(), {
      data: { stream, key: `${stream}#9/0`, command },
      output: {},
      sourceOutput: { message: 'a bug', class: 'bug' },
    });
    await react(journal.db, journal.enqueue, stream);
    expect((await readStream(journal.db, stream))?.state).toMatchObject({
      stage: { name: 'blocked', why: { id: 'gave-up', data: { class: 'bug' } }, resume: 'implement' },
    });
    const [entry] = await of(stream);
    await replay(entry?.id ?? '');
    await react(journal.db, journal.enqueue, stream);
    // No approval stands here, so the lifecycle leads where /retry would: to a person, and to no run.
    expect((await readStream(journal.db, stream))?.state).toMatchObject({ stage: { name: 'awaiting_approval' } });
    expect(await jobs('perform', '7-1-2')).toEqual([
      expect.objectContaining({
        data: expect.objectContaining({ command: { type: 'CancelRun', run: '7-1-2', why: 'the ticket is stopped' } }),
      }),
    ]);
  });

  test('a delivery is translated again from its bytes; twice is once; one that comes again closes it', async () => {
    const { inbox } = tools();
    await inbox.store({
      guid: `bad-${kind}`,
      event: 'issues',
      action: 'labeled',
      installation: 1,
      body: Buffer.from('{}'),
    });
    const row = await journal.db
      .selectFrom('inbox')
      .select('batch')
      .where('guid', '=', `bad-${kind}`)
      .executeTakeFirstOrThrow();
    const { translate } = await import('../../../src/loop/translate.ts');
    await translate(tools(), String(row.batch));
    const [entry] = await listDeadLetters(journal.db, { kind: 'delivery', state: 'open', limit: 10 });
    expect(entry).toMatchObject({ what: 'issues.labeled', class: 'bug', evidence: { delivery: `bad-${kind}` } });
    const before = (await jobs('translate', String(row.batch))).length;
    await replay(entry?.id ?? '');
    await replay(entry?.id ?? '');
    expect((await inbox.read(`bad-${kind}`))?.state).toBe('stored');
    expect((await jobs('translate', String(row.batch))).length).toBe(before + 1);
    await translate(tools(), String(row.batch));
    expect(await listDeadLetters(journal.db, { kind: 'delivery', state: 'open', limit: 10 })).toEqual([
      expect.objectContaining({ id: entry?.id, times: 2 }),
    ]);
  });

  test('a fact that cannot be decided on is set aside; the stream goes on behind it, and nothing rests on what it had', async () => {
    const stream = ticketStream(7, 12);
    await atWork(stream);
    await poison(stream, `${stream}/poison`);
    await tell(stream, `${stream}/after`, { type: 'MembersChanged', login: 'after' });
    await expect(react(journal.db, journal.enqueue, stream)).rejects.toThrow();
    await buryJob(tools(), { data: { stream }, output: { message: 'x' } });
    expect(await types(stream)).toContain('FactSetAside');
    expect(
      await journal.db.selectFrom('fact').select('key').where('stream', '=', stream).where('seq', 'is', null).execute(),
    ).toEqual([{ key: `${stream}/poison` }]);
    expect((await readStream(journal.db, stream))?.state).toMatchObject({
      stage: { name: 'blocked', why: { id: 'fact-set-aside' }, resume: 'implement' },
    });
    const [entry] = await of(stream);
    expect(entry).toMatchObject({
      kind: 'fact',
      what: 'FromTheFuture',
      class: 'bug',
      evidence: { fact: `${stream}/poison` },
    });

    // Read again by a version that knows it, it takes its place; by one that does not, it is set aside once more.
    await replay(entry?.id ?? '');
    expect(await setPoisonAside(tools(), stream)).toBe(1);
    expect((await of(stream))[0]).toMatchObject({ id: entry?.id, state: 'open', times: 2 });
    await journal.db
      .updateTable('fact')
      .set({ type: 'MembersChanged', body: JSON.stringify({ type: 'MembersChanged', login: 'y' }) })
      .where('key', '=', `${stream}/poison`)
      .execute();
    await replay(entry?.id ?? '');
    expect(await setPoisonAside(tools(), stream)).toBe(0);
    expect(
      await journal.db.selectFrom('fact').select('key').where('stream', '=', stream).where('seq', 'is', null).execute(),
    ).toEqual([]);
  });

  test('a pull request with such a fact has a closed gate until it is taken back', async () => {
    const stream = pullStream(7, 31);
    await tell(stream, `${stream}/first`, { type: 'MembersChanged', login: 'x' });
    await poison(stream, `${stream}/poison`);
    await setPoisonAside(tools(), stream);
    const state = async () => (await readStream(journal.db, stream))?.state;
    expect(await state()).toMatchObject({ setAside: [expect.any(Number)] });
    const [entry] = await of(stream);
    await dismiss(entry?.id ?? '');
    await react(journal.db, journal.enqueue, stream);
    expect(await state()).toMatchObject({ setAside: [] });
  });

  test('a run whose tries are used up lies there; one that is taken up again does not', async () => {
    const stream = ticketStream(7, 13);
    await atWork(stream);
    const outcome = { kind: 'failed', class: 'auth', why: 'the key was refused' } as const;
    await tell(stream, `${stream}/lost`, { type: 'RunLost', run: '7-1-2', outcome });
    await react(journal.db, journal.enqueue, stream);
    expect(await of(stream)).toEqual([
      expect.objectContaining({ kind: 'run', what: '7-1-2', class: 'auth', state: 'open' }),
    ]);
    const ask = {
      type: 'CommandGiven',
      command: { name: 'retry' },
      comment: { id: 1, on: 13, at: '2026-01-01T00:00:00Z' },
      by: mona,
      viaApp: false,
    } as const;
    await tell(stream, `${stream}/retry`, { type: 'AuthorityRead', ask, role: 'write' });
    await react(journal.db, journal.enqueue, stream);
    expect(await of(stream)).toEqual([expect.objectContaining({ state: 'replayed', settledBy: 'the ticket' })]);
  });

  test('the API lists by filter and page, and changes only for the scope replay, with a key, once', async () => {
    const site = await openSite(
      [
        { name: 'ops', scopes: ['replay'], token: 'may' },
        { name: 'eye', scopes: ['read'], token: 'reads' },
      ],
      journal,
    );
    try {
      const stream = ticketStream(7, 14);
      await tell(stream, 'fourteen', { type: 'MembersChanged', login: 'x' });
      for (const target of ['label/1/a', 'label/1/b', 'label/1/c'])
        await buryJob(tools(), { data: { stream, target }, output: { name: 'Permanent', message: 'no such label\0' } });
      const get = async (path: string, token = 'reads') => {
        const answer = await site.ask(`/api/v1/dead-letters${path}`, { headers: { authorization: `Bearer ${token}` } });
        return {
          status: answer.status,
          body: (await answer.json()) as never as {
            items: { id: string; what: string; hint: string }[];
            next: string | null;
            id: string;
            state: string;
          },
        };
      };
      const first = await get(`?stream=${encodeURIComponent(stream)}&limit=2`);
      expect(first.body.items.map(({ what }) => what)).toEqual(['label/1/c', 'label/1/b']);
      const second = await get(`?stream=${encodeURIComponent(stream)}&limit=2&cursor=${first.body.next}`);
      expect(second.body).toMatchObject({ items: [{ what: 'label/1/a', class: 'user_error' }], next: null });
      expect(second.body.items[0]?.hint).toContain('/retry');
      expect((await get('?class=nonsense')).status).toBe(400);
      expect((await get(`?stream=${encodeURIComponent(stream)}&kind=run`)).body.items).toEqual([]);

      const id = second.body.items[0]?.id ?? '';
      const post = (verb: string, token: string, key?: string, body: object = { why: 'it was mended' }) =>
        site.ask(`/api/v1/dead-letters/${id}/${verb}`, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            ...(key !== undefined && { 'idempotency-key': key }),
          },
        });
      expect((await post('replay', 'reads', 'a')).status).toBe(403);
      expect((await post('replay', 'may')).status).toBe(400);
      for (const verb of ['replay', 'dismiss']) expect((await post(verb, 'may', 'b', {})).status).toBe(400);
      expect((await get('', 'may')).status).toBe(403);
      const done = await post('replay', 'may', 'c');
      expect(await done.json()).toMatchObject({ id, state: 'replayed', settledBy: 'ops' });
      expect((await post('replay', 'may', 'c')).headers.get('idempotency-replayed')).toBe('true');
      expect((await post('replay', 'may', 'd')).status).toBe(200);
      expect(await jobs('converge', 'label/1/a')).toHaveLength(1);
      const audited = await journal.db
        .selectFrom('audit')
        .selectAll()
        .where('target', '=', `dead-letter:${id}`)
        .execute();
      expect(audited.map(({ action, who, why }) => `${who}: ${action}, ${why}`)).toContain(
        'ops: replay dead letter, it was mended',
      );

      const said: string[] = [];
      const io = {
        out: (line: string) => void said.push(line),
        err: () => {},
        // As on the server itself: the token with the scope that is needed is taken.
        env: { GANTRY_URL: site.url, API_TOKENS: 'ops:replay:may,eye:read:reads' },
        cwd: '/',
        signal: new AbortController().signal,
      };
      const other = first.body.items[0]?.id ?? '';
      expect(await command.run(['dismiss', other, '--why', 'the label is gone'], io)).toBe(0);
      expect(await command.run(['list', '--stream', stream, '--json'], io)).toBe(0);
      expect(await command.run(['show', other], io)).toBe(0);
      expect(said[0]).toBe(`Dead letter ${other} is dismissed, by ops.`);
      expect(JSON.parse(said[1] ?? '')).toEqual([expect.objectContaining({ what: 'label/1/b' })]);
      expect(said.join('\n')).toMatch(/class +user_error\nwhy +no such label/);
      await expect(command.run(['show', '999999'], io)).rejects.toThrow('no dead letter');
      await expect(command.run(['list'], { ...io, env: {} })).rejects.toThrow('GANTRY_TOKEN');
    } finally {
      await site.close();
    }
  });

  test('what strangers wrote is stored as it can be', async () => {
    await journal.db.transaction().execute((tx) =>
      bury(tx, {
        work: { kind: 'stream', stream: ticketStream(7, 15) },
        class: 'bug',
        why: `a\0b\ud800${'x'.repeat(5_000)}`,
      }),
    );
    expect((await of(ticketStream(7, 15)))[0]?.why).toHaveLength(1_000);
  });
});

test('a failure has a class, and keeps it through the queue', () => {
  expect(classOf(new UserFixable('x'))).toBe('user_error');
  expect(classOf(new TypeError('x'))).toBe('bug');
  expect(keptFailure({ message: 'm', class: 'auth' })).toEqual({ message: 'm', class: 'auth' });
  expect(keptFailure({ name: 'Permanent', message: 'm' }).class).toBe('user_error');
  expect(keptFailure({ value: { message: 'job timed out' } }).class).toBe('infrastructure');
  expect(keptFailure(undefined)).toEqual({ message: 'it failed for an unknown reason', class: 'infrastructure' });
  expect(message('x')).toEqual({ id: 'x', data: {} });
});
