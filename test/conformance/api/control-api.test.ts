// What operators order by the API and by the command line: the kill switch, ending runs and tickets, the audit of all of it.
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../../src/cli/main.ts';
import { ticketStream } from '../../../src/facts/stream.ts';
import { admit } from '../../../src/journal/admit.ts';
import { type Journal, openJournal } from '../../../src/journal/database.ts';
import { react } from '../../../src/loop/react.ts';
import { anAssignment, databases, fresh } from '../journal/databases.ts';
import { openSite, type Site, tokens } from './site.ts';
import { tell } from './story.ts';

const operator = { name: 'root', scopes: ['read', 'pause', 'cancel'], token: 'an-operator' };

describe.each(databases)('on %s', (kind) => {
  let journal: Journal;
  let site: Site;
  let key = 0;

  beforeAll(async () => {
    journal = await openJournal(await fresh(kind), () => {});
    site = await openSite([...tokens, operator], journal);
    const story = tell(journal);
    for (const number of [10, 20, 30]) await story.start(number, `Ticket ${number}`);
    for (const number of [10, 20, 30]) {
      const id = `7-${number}-1`;
      const run = { id, stream: ticketStream(7, number), repo: 7, assignment: anAssignment(id), seconds: 600 };
      await admit(journal.db, run, { repository: 9, total: 9 });
    }
  });
  afterAll(async () => {
    await site.close();
    await journal.close();
    expect(site.errors).toEqual([]);
  });

  const post = async (path: string, content: unknown, headers: Record<string, string> = {}) => {
    const answer = await site.ask(`/api/v1${path}`, {
      method: 'POST',
      headers: {
        authorization: 'Bearer an-operator',
        'content-type': 'application/json',
        'idempotency-key': `k${++key}`,
        ...headers,
      },
      body: typeof content === 'string' ? content : JSON.stringify(content),
    });
    return { status: answer.status, type: answer.headers.get('content-type'), body: JSON.parse(await answer.text()) };
  };
  const read = async (path: string) => JSON.parse(await (await site.read(`/api/v1${path}`)).text());
  const why = 'an incident';

  test('pause, what is in force, resume, and the history of it; each answer as the document says', async () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(ajv);
    ajv.addSchema({ $id: 'doc', ...(await read('/openapi.json')) });
    const is = (name: string, value: unknown) => {
      const validate = ajv.getSchema(`doc#/components/schemas/${name}`);
      expect(validate?.(value), JSON.stringify(validate?.errors)).toBe(true);
    };
    const paused = await post('/controls', { scope: 'repository:ACME/rates', why, minutes: 60 });
    expect(paused).toMatchObject({
      status: 201,
      body: { control: { scope: 'repository:7', by: 'root' }, stopped: [] },
    });
    is('Paused', paused.body);
    await post('/controls', { scope: 'global', mode: 'read_only', why });
    const standing = await read('/controls');
    is('ControlPage', standing);
    expect(standing.items.map(({ scope }: { scope: string }) => scope)).toEqual(['global', 'repository:7']);
    const resumed = await post('/controls/resume', { scope: 'global', why: 'it is over' });
    is('Resumed', resumed.body);
    expect(resumed.body).toMatchObject({ lifted: [{ mode: 'read_only' }], standing: [{ scope: 'repository:7' }] });
    expect(await post('/controls/resume', { scope: 'global', why })).toMatchObject({ status: 409 });
    await post('/controls/resume', { scope: 'repository:7', why });
    expect((await read('/controls')).items).toEqual([]);
    const first = await read('/controls?state=all&limit=1');
    const second = await read(`/controls?state=all&limit=1&cursor=${first.next}`);
    expect([first.items[0].lifted.why, second.items[0].lifted.by, second.next]).toEqual(['it is over', 'root', null]);
    const trail = await read('/audit');
    is('AuditPage', trail);
    expect(trail.items.map(({ action }: { action: string }) => action)).toEqual([
      'resume',
      'resume',
      'make read-only',
      'pause',
    ]);
  });

  test('a malformed order names each field, changes nothing, and is a problem', async () => {
    const before = (await read('/audit')).items.length;
    for (const [content, fields] of [
      [{}, ['scope', 'why']],
      [{ scope: 'team:1', why }, ['scope']],
      [{ scope: 'global', why: '  ' }, ['why']],
      [{ scope: 'global', why, minutes: 0 }, ['minutes']],
      [{ scope: 'adapter:codex', mode: 'read_only', why }, ['mode']],
      [{ scope: 'global', why, extra: 1 }, ['extra']],
    ] as const) {
      const { status, type, body } = await post('/controls', content);
      expect([status, type], JSON.stringify(content)).toEqual([400, 'application/problem+json']);
      expect(body.problems.map(({ field }: { field: string }) => field)).toEqual(fields);
    }
    const adapter = await post('/controls', { scope: 'adapter:codex', mode: 'read_only', why });
    expect(adapter.body.problems[0].message).toMatch(/writes nothing to GitHub.*leave `mode` out/);
    expect(await post('/controls', '{"scope"')).toMatchObject({ status: 400, type: 'application/problem+json' });
    expect(await post('/controls', { scope: 'global', why: 'x'.repeat(20_000) })).toMatchObject({ status: 413 });
    expect(await post('/controls', { scope: 'repository:acme/unheard-of', why })).toMatchObject({ status: 404 });
    expect((await read('/audit')).items).toHaveLength(before);
  });

  test('who reads, who has another scope, and whoever is signed in by a browser change nothing', async () => {
    const paths = ['/controls', '/controls/resume', '/runs/7-10-1/cancel', '/tickets/7/10/cancel'];
    const { cookie } = await site.signIn('an-operator');
    for (const path of paths) {
      const content = { ...(path.startsWith('/controls') && { scope: 'global' }), why };
      expect((await post(path, content, { authorization: 'Bearer a-reading-token' })).status, path).toBe(403);
      expect((await post(path, content, { authorization: 'Bearer wrong' })).status, path).toBe(401);
      const bare = { 'content-type': 'application/json', 'idempotency-key': 'c', cookie };
      const signedIn = await site.ask(`/api/v1${path}`, {
        method: 'POST',
        headers: bare,
        body: JSON.stringify(content),
      });
      expect(signedIn.status, path).toBe(401);
    }
    expect((await post('/runs/7-10-1/cancel', { why }, { authorization: 'Bearer an-ops-token' })).status).toBe(403);
    expect((await read('/controls')).items).toEqual([]);
  });

  test('a run is ended once, its ticket is told; another one goes on', async () => {
    expect((await read('/leases')).items.map(({ run }: { run: string }) => run)).toEqual([
      '7-10-1',
      '7-20-1',
      '7-30-1',
    ]);
    expect(await post('/runs/7-10-1/cancel', { why }, { 'idempotency-key': 'once' })).toMatchObject({ status: 200 });
    expect(await post('/runs/7-10-1/cancel', { why }, { 'idempotency-key': 'once' })).toMatchObject({ status: 200 });
    expect(await post('/runs/7-10-1/cancel', { why })).toMatchObject({ status: 409 });
    expect(await post('/runs/none/cancel', { why })).toMatchObject({ status: 404 });
    await react(journal.db, journal.enqueue, ticketStream(7, 10));
    expect(await read('/tickets/7/10')).toMatchObject({ stage: 'blocked', waitsFor: { id: 'run-stopped' } });
    expect(await read('/runs/7-10-1')).toMatchObject({ state: 'canceled', outcome: { kind: 'cancelled' } });
    expect((await read('/runs?state=queued')).items).toHaveLength(2);
  });

  test('a ticket is ended as /cancel ends it', async () => {
    expect(await post('/tickets/7/20/cancel', { why })).toMatchObject({ status: 202 });
    await react(journal.db, journal.enqueue, ticketStream(7, 20));
    expect(await read('/tickets/7/20')).toMatchObject({ stage: 'canceled', open: false });
    expect(await post('/tickets/7/20/cancel', { why })).toMatchObject({ status: 409 });
    expect(await post('/tickets/7/999/cancel', { why })).toMatchObject({ status: 404 });
  });

  test('lists hold each thing once, page by page, and events follow what happens', async () => {
    for (const n of [1, 2, 3, 4, 5])
      await site.inbox.store({
        guid: `list-${n}`,
        event: 'issues',
        action: 'edited',
        installation: 1,
        body: Buffer.from('{}'),
      });
    await journal.db.transaction().execute((tx) => site.inbox.mark(tx, 'list-2', 'failed', 'why'));
    const all = async (path: string, of: string): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for (let cursor = ''; ; ) {
        const page = await read(`${path}${path.includes('?') ? '&' : '?'}limit=2${cursor}`);
        seen.push(...page.items.map((one: Record<string, unknown>) => one[of]));
        if (page.next === null || page.items.length === 0) return seen;
        cursor = `&cursor=${page.next}`;
      }
    };
    expect(await all('/deliveries', 'guid')).toEqual(['list-5', 'list-4', 'list-3', 'list-2', 'list-1']);
    expect(await all('/deliveries?status=failed', 'guid')).toEqual(['list-2']);
    expect(await all('/runs', 'id')).toEqual(['7-30-1', '7-20-1', '7-10-1']);
    const ids = (await all('/events', 'id')) as number[];
    expect(ids.length).toBeGreaterThan(8);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    const { next } = await read('/events?limit=200');
    expect((await read(`/events?cursor=${next}`)).items).toEqual([]);
    await post('/tickets/7/30/cancel', { why });
    expect((await read(`/events?cursor=${next}`)).items).toMatchObject([
      { type: 'TicketStopped', stream: 'ticket:7#30' },
    ]);
    for (const path of [
      '/runs?cursor=none',
      '/events?cursor=x',
      '/deliveries?cursor=5',
      '/leases?limit=0',
      '/deliveries?status=lost',
    ])
      expect((await site.read(`/api/v1${path}`)).status, path).toBe(400);
  });

  // PGlite has one connection: nothing can be written beside another transaction there.
  test.runIf(kind === 'postgres')('an event is not shown before everything that was written ahead of it', async () => {
    const { next } = await read('/events?limit=200');
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    const stream = ticketStream(7, 10);
    const row = (n: string) => ({ stream, key: n, type: 'Woken', body: JSON.stringify({ type: 'Woken' }), seq: null });
    let written = () => {};
    const early = new Promise<void>((done) => {
      written = done;
    });
    const slow = journal.db.transaction().execute(async (tx) => {
      await tx.insertInto('fact').values(row('early')).execute();
      written();
      await held;
    });
    await early;
    await journal.db.insertInto('fact').values(row('late')).execute();
    expect((await read(`/events?cursor=${next}`)).items).toEqual([]);
    release();
    await slow;
    expect((await read(`/events?cursor=${next}`)).items).toHaveLength(2);
  });

  test('the command line pauses, lists and resumes', async () => {
    const cli = async (...argv: string[]) => {
      const said: string[] = [];
      const say = (line: string) => void said.push(line);
      const env = { GANTRY_URL: site.url, GANTRY_TOKEN: 'an-operator' };
      const code = await runCli(argv, { out: say, err: say, env, cwd: '/', signal: new AbortController().signal });
      return { code, said: said.join('\n') };
    };
    expect(await cli('controls')).toEqual({ code: 0, said: 'Nothing is paused.' });
    const paused = await cli('pause', 'acme/rates', '--why', why, '--for', '2h', '--cancel');
    expect(paused).toMatchObject({
      code: 0,
      said: expect.stringMatching(/repository:7 {2}paused .* by root: an incident .*until/),
    });
    expect((await cli('controls')).said).toContain('repository:7');
    expect(await cli('pause', 'global')).toMatchObject({ code: 1, said: expect.stringContaining('why: say why') });
    expect(await cli('pause', 'global', '--why', why, '--for', 'ever')).toMatchObject({ code: 1 });
    expect((await cli('resume', 'acme/rates', '--why', 'it is over')).code).toBe(0);
    expect((await cli('controls')).said).toBe('Nothing is paused.');
    expect((await cli('controls', '--all')).said).toContain('by root: it is over');
  });
});
