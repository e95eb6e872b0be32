// Hostile input through the real door over HTTP, and through translate on PGlite: never a crash, never a 5xx because of
// content, never a write for what is badly signed. `npm run test:faults` tries ten times as much.

import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPlainTracer } from '../../adapters/tracer/plain.ts';
import { createDoor } from '../../src/intake/github/door.ts';
import { type Journal, openJournal } from '../../src/journal/database.ts';
import { createInbox, type Inbox } from '../../src/journal/inbox.ts';
import { translate } from '../../src/loop/translate.ts';
import { propertyRuns } from '../property-runs.ts';
import { freshPglite } from '../world/pglite.ts';
import { type Example, examples, mutated, mutations } from './hostile.ts';

const numRuns = propertyRuns(200, 2_000);
const rounds = propertyRuns(1, 20);
const known = examples();

let journal: Journal;
let inbox: Inbox;
let server: http.Server;
let url: string;
const errors: unknown[] = [];

beforeAll(async () => {
  journal = await openJournal(await freshPglite(), (error) => errors.push(error));
  inbox = createInbox(journal.db, journal.enqueue);
  const secrets = { current: 'current', previous: 'previous' };
  const door = createDoor({ inbox, secrets, onError: (error) => errors.push(error) });
  server = http.createServer((request, response) => void door(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  await journal.close();
  expect(errors).toEqual([]);
});

const signed = (bytes: Buffer, secret = 'current') =>
  `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`;
const headersOf = (event: string, bytes: Buffer, guid: string, secret?: string) => ({
  'content-type': 'application/json',
  'x-github-event': event,
  'x-github-delivery': guid,
  'x-hub-signature-256': signed(bytes, secret),
});

async function post(bytes: Buffer, headers: Record<string, string>): Promise<number> {
  const response = await fetch(url, { method: 'POST', headers, body: new Uint8Array(bytes) });
  await response.arrayBuffer();
  return response.status;
}

const rows = async () =>
  Number(
    (
      await journal.db
        .selectFrom('inbox')
        .select(({ fn }) => fn.countAll().as('n'))
        .executeTakeFirstOrThrow()
    ).n,
  );

/** Does what the translate worker does; a throw is a crash. */
async function translateAll(): Promise<void> {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const watch = { begun() {}, translated() {} };
  const tools = { ...journal, inbox, self: { botId: 1 }, log, tracer: createPlainTracer(), watch, look() {} };
  for (;;) {
    const jobs = await journal.boss.fetch<{ batch: string }>('translate', { batchSize: 50 });
    if (jobs.length === 0) return;
    for (const { id, data } of jobs) {
      await translate(tools, data.batch);
      await journal.boss.complete('translate', id);
    }
  }
}

/** What became of it, once translated: nothing may be left lying. */
async function stateOf(guid: string): Promise<string | undefined> {
  return (await statesOf([guid]))[0];
}

/** From the rows alone: reading a delivery unpacks everything that was committed with it. */
async function statesOf(guids: readonly string[]): Promise<(string | undefined)[]> {
  await translateAll();
  const rows = await journal.db.selectFrom('inbox').select(['guid', 'state']).where('guid', 'in', guids).execute();
  const states = new Map(rows.map(({ guid, state }) => [guid, state]));
  return guids.map((guid) => states.get(guid));
}

/** Sends them all at once. */
const sendAll = (all: readonly Example[]): Promise<string[]> =>
  Promise.all(
    all.map(async ({ event, payload }) => {
      const bytes = Buffer.from(JSON.stringify(payload));
      const guid = randomUUID();
      expect(await post(bytes, headersOf(event, bytes, guid))).toBe(202);
      return guid;
    }),
  );

test('every recorded example is taken and translated as it is', async () => {
  const states = new Set(await statesOf(await sendAll(known)));
  expect([...states].sort()).toEqual(['ignored', 'translated']);
});

test('an example with fields missing, huge, deep or of another type is stored, and translated or set aside', async () => {
  await fc.assert(
    // Each example in each round, so that none is left to chance.
    fc.asyncProperty(fc.array(mutations, { minLength: known.length, maxLength: known.length }), async (changes) => {
      const all = known.map(({ event, payload }, n) => ({ event, payload: mutated(payload, changes[n] ?? []) }));
      for (const state of await statesOf(await sendAll(all))) expect(state).toMatch(/^(?:translated|ignored|failed)$/);
    }),
    { numRuns: rounds },
  );
  const waiting = await journal.db.selectFrom('inbox').select('guid').where('state', '=', 'stored').execute();
  expect(waiting).toEqual([]);
});

test('what is badly signed is refused and leaves nothing, whatever it holds', async () => {
  const before = await rows();
  const forgeries = fc.oneof(
    fc.constant<((bytes: Buffer) => string) | undefined>(undefined),
    fc.constant((bytes: Buffer) => signed(bytes, 'an older secret')),
    fc.constant((bytes: Buffer) => signed(Buffer.concat([bytes, Buffer.from(' ')]))),
    fc.constant((bytes: Buffer) => signed(bytes).slice(0, -1)),
    fc.constant((bytes: Buffer) => signed(bytes).toUpperCase().replace('SHA256', 'sha1')),
    // Good for another delivery.
    fc.constantFrom(...known).map(
      ({ payload }) =>
        () =>
          signed(Buffer.from(`${JSON.stringify(payload)} `)),
    ),
    fc.string({ unit: 'grapheme-ascii', maxLength: 80 }).map((text) => () => text.trim()),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...known), forgeries, async ({ event, payload }, forge) => {
      const bytes = Buffer.from(JSON.stringify(payload));
      const { 'x-hub-signature-256': _, ...headers } = headersOf(event, bytes, randomUUID());
      const status = await post(bytes, forge ? { ...headers, 'x-hub-signature-256': forge(bytes) } : headers);
      expect(status).toBe(401);
    }),
    { numRuns: numRuns / 2 },
  );
  expect(await rows()).toBe(before);
});

test('what is no JSON object, no UTF-8 or of another type is refused with a 4xx and leaves nothing', async () => {
  const before = await rows();
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from([...bytes, 0xff, 0xfe])),
    fc.constantFrom('', 'null', '[]', '1', '"x"', '{', '{"a":}', 'payload=%7B%7D').map((text) => Buffer.from(text)),
  );
  const types = fc.constantFrom('application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON');
  await fc.assert(
    fc.asyncProperty(bodies, types, async (bytes, type) => {
      const status = await post(bytes, { ...headersOf('issues', bytes, randomUUID()), 'content-type': type });
      expect(status).toBe(400);
    }),
    { numRuns: numRuns / 2 },
  );
  const good = Buffer.from('{}');
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/xml'])
    expect(await post(good, { ...headersOf('issues', good, randomUUID()), 'content-type': type })).toBe(415);
  expect(await post(good, { ...headersOf('issues', good, randomUUID()), 'content-encoding': 'gzip' })).toBe(415);
  expect(await rows()).toBe(before);
});

test('invalid UTF-8 inside a string of well-signed JSON harms nobody', async () => {
  const bytes = Buffer.concat([
    Buffer.from('{"action":"opened","x":"'),
    Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80]),
    Buffer.from('"}'),
  ]);
  const guid = randomUUID();
  expect(await post(bytes, headersOf('issues', bytes, guid))).toBe(202);
  expect(await stateOf(guid)).toMatch(/^(?:ignored|failed)$/);
});

test('25 MB are stored, more is refused with 413', async () => {
  const fill = (size: number) => Buffer.from(JSON.stringify({ zen: randomBytes(8).toString('hex').padEnd(size, 'y') }));
  const guid = randomUUID();
  const large = fill(25 * 1024 * 1024 - 100);
  expect(await post(large, headersOf('ping', large, guid))).toBe(202);
  expect(await stateOf(guid)).toBe('ignored');
  const before = await rows();
  const huge = fill(25 * 1024 * 1024 + 100);
  // The door may close the connection while the rest is on its way: both say no.
  const status = await post(huge, headersOf('ping', huge, randomUUID())).catch(() => 413);
  expect(status).toBe(413);
  expect(await rows()).toBe(before);
});

test('a replay is acknowledged and changes nothing; a replay under another GUID repeats no fact', async () => {
  const facts = async () => (await journal.db.selectFrom('fact').select('key').execute()).length;
  const edited = known.find(({ event, payload }) => event === 'issues' && payload.action === 'edited');
  const bytes = Buffer.from(JSON.stringify(edited?.payload));
  const guid = randomUUID();
  expect(await post(bytes, headersOf('issues', bytes, guid))).toBe(202);
  expect(await stateOf(guid)).toBe('translated');
  const [inboxBefore, factsBefore] = [await rows(), await facts()];
  for (let n = 0; n < 5; n++) expect(await post(bytes, headersOf('issues', bytes, guid))).toBe(202);
  await translateAll();
  expect(await rows()).toBe(inboxBefore);
  expect(await post(bytes, headersOf('issues', bytes, randomUUID()))).toBe(202);
  await translateAll();
  expect(await facts()).toBe(factsBefore);
});

test('an issue of 24 MB and a comment of 24 MB are translated like small ones', async () => {
  const text = 'z'.repeat(24 * 1024 * 1024);
  for (const [event, action, part] of [
    ['issues', 'edited', 'issue'],
    ['issue_comment', 'created', 'comment'],
  ] as const) {
    const example = known.find((one) => one.event === event && one.payload.action === action);
    const payload = { ...example?.payload, [part]: { ...Object(example?.payload[part]), body: text } };
    const bytes = Buffer.from(JSON.stringify(payload));
    const guid = randomUUID();
    expect(await post(bytes, headersOf(event, bytes, guid))).toBe(202);
    expect(await stateOf(guid)).toMatch(/^(?:translated|ignored)$/);
  }
});

test('every example that comes again under another GUID repeats no fact', async () => {
  // Rights may change the same way twice, so that fact goes by its delivery; all it leads to is that rights are read again.
  const facts = async () =>
    (await journal.db.selectFrom('fact').select('key').where('type', '<>', 'MembersChanged').execute()).length;
  await statesOf(await sendAll(known));
  const before = await facts();
  await statesOf(await sendAll(known));
  expect(before).toBeGreaterThan(0);
  expect(await facts()).toBe(before);
});

test('while a secret is changed both are good, and a third is not', async () => {
  const bytes = Buffer.from('{"zen":"Keep it logically awesome."}');
  const sentWith = (secret: string) => post(bytes, headersOf('ping', bytes, randomUUID(), secret));
  expect([await sentWith('current'), await sentWith('previous'), await sentWith('the one before')]).toEqual([
    202, 202, 401,
  ]);
});
