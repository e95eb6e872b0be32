import { createHmac } from 'node:crypto';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createDoor, type DoorOptions } from '../../../../src/intake/github/door.ts';
import type { Delivery } from '../../../../src/journal/inbox.ts';

const body = JSON.stringify({ action: 'labeled', installation: { id: 7 }, text: 'grüß' });
const sign = (bytes: string, secret = 'current') =>
  `sha256=${createHmac('sha256', secret).update(bytes).digest('hex')}`;
const good = (bytes = body) => ({
  'content-type': 'application/json',
  'x-github-event': 'issues',
  'x-github-delivery': 'guid-1',
  'x-hub-signature-256': sign(bytes),
});

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A door on a port, what it stored, and what it could not. */
async function open(options: Partial<DoorOptions> = {}) {
  const stored: Delivery[] = [];
  const errors: unknown[] = [];
  const door = createDoor({
    inbox: {
      store: async (delivery) => {
        if (stored.some(({ guid }) => guid === delivery.guid)) return 'duplicate';
        stored.push(delivery);
        return 'stored';
      },
    },
    secrets: { current: 'current', previous: 'previous' },
    onError: (error) => errors.push(error),
    ...options,
  });
  const server = createServer((req, res) => void door(req, res));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const post = (headers: Record<string, string>, bytes: string = body, method = 'POST') =>
    fetch(url, { method, headers, ...(method === 'POST' ? { body: bytes } : {}) });
  return { stored, errors, url, post };
}

test('a signed delivery is stored as the bytes that were signed, and acknowledged after that', async () => {
  const { post, stored } = await open();
  const answer = await post(good());
  expect(answer.status).toBe(202);
  expect(stored).toMatchObject([{ guid: 'guid-1', event: 'issues', action: 'labeled', installation: 7 }]);
  expect(Buffer.from(stored[0]?.body ?? []).toString()).toBe(body);
});

test('the previous secret is good while a rotation lasts', async () => {
  const { post } = await open();
  expect((await post({ ...good(), 'x-hub-signature-256': sign(body, 'previous') })).status).toBe(202);
});

test('a GUID that is here already is acknowledged again', async () => {
  const { post, stored } = await open();
  expect([(await post(good())).status, (await post(good())).status]).toEqual([202, 202]);
  expect(stored).toHaveLength(1);
});

const without = (header: string) => Object.fromEntries(Object.entries(good()).filter(([name]) => name !== header));
const MALFORMED: [string, number, Record<string, string>, string?][] = [
  ['no signature', 401, without('x-hub-signature-256')],
  ['a wrong signature', 401, { ...good(), 'x-hub-signature-256': sign(body, 'guessed') }],
  ['the signature of other bytes', 401, good(`${body} `)],
  ['a signature of the wrong form', 401, { ...good(), 'x-hub-signature-256': 'sha256=00' }],
  ['an SHA-1 signature', 401, { ...good(), 'x-hub-signature-256': `sha1=${'0'.repeat(40)}` }],
  ['no GUID', 400, without('x-github-delivery')],
  ['a GUID with a space', 400, { ...good(), 'x-github-delivery': 'a b' }],
  ['an endless GUID', 400, { ...good(), 'x-github-delivery': 'x'.repeat(129) }],
  ['no event', 400, without('x-github-event')],
  ['an odd event', 400, { ...good(), 'x-github-event': '../issues' }],
  ['a form', 415, { ...good(), 'content-type': 'application/x-www-form-urlencoded' }],
  ['a compressed body', 415, { ...good(), 'content-encoding': 'gzip' }],
  ['no JSON', 400, good('{'), '{'],
  ['an empty body', 400, good(''), ''],
  ['a JSON list', 400, good('[]'), '[]'],
  ['JSON null', 400, good('null'), 'null'],
];
for (const [what, status, headers, bytes] of MALFORMED)
  test(`${what} is answered ${status} with a reason, and nothing is stored`, async () => {
    const { post, stored, errors } = await open();
    const answer = await post(headers, bytes);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ message: expect.stringMatching(/\w/) });
    expect(stored).toEqual([]);
    expect(errors).toEqual([]);
  });

test('another method is answered 405', async () => {
  const { post } = await open();
  expect((await post(good(), '', 'GET')).status).toBe(405);
});

test('what is odd inside a signed payload is stored all the same', async () => {
  const { post, stored } = await open();
  const odd = JSON.stringify({ action: 'a\u0000b', installation: { id: 1e300 } });
  expect((await post(good(odd), odd)).status).toBe(202);
  expect(stored).toMatchObject([{ action: undefined, installation: undefined }]);
});

test('a failing database is answered 503 and heard of', async () => {
  const failure = new Error('connection lost');
  const { post, errors } = await open({ inbox: { store: () => Promise.reject(failure) } });
  const answer = await post(good());
  expect(answer.status).toBe(503);
  expect(await answer.text()).not.toContain('connection lost');
  expect(errors).toEqual([failure]);
});

const long = JSON.stringify({ text: 'x'.repeat(5_000) });

test('a body over the cap is answered 413, announced or not', async () => {
  const { post, url, stored } = await open({ limits: { body: 1_000, open: 10_000, time: 10_000 } });
  expect((await post(good(long), long)).status).toBe(413);
  const status = await new Promise((resolve, reject) => {
    const streamed = request(
      url,
      { method: 'POST', headers: { ...good(long), 'transfer-encoding': 'chunked' } },
      (res) => resolve(res.statusCode),
    );
    streamed.on('error', reject);
    streamed.end(long);
  });
  expect(status).toBe(413);
  expect(stored).toEqual([]);
});

test('bodies that are open together are capped, and the cap is given back', async () => {
  let finish = () => {};
  const slow = new Promise<'stored'>((resolve) => {
    finish = () => resolve('stored');
  });
  let entered = () => {};
  const waiting = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const store = () => {
    entered();
    return slow;
  };
  const { post } = await open({ inbox: { store }, limits: { body: 10_000, open: 6_000, time: 10_000 } });
  const first = post(good(long), long);
  await waiting;
  expect((await post(good(long), long)).status).toBe(503);
  finish();
  expect((await first).status).toBe(202);
  expect((await post(good(long), long)).status).toBe(202);
});

test('a body that does not end in time is answered 408', async () => {
  const { url, stored } = await open({ limits: { body: 10_000, open: 10_000, time: 50 } });
  const status = await new Promise((resolve, reject) => {
    const headers = { ...good(), 'content-length': String(Buffer.byteLength(body)) };
    const hanging = request(url, { method: 'POST', headers }, (res) => resolve(res.statusCode));
    hanging.on('error', reject);
    hanging.write(body.slice(0, 5));
  });
  expect(status).toBe(408);
  expect(stored).toEqual([]);
});
