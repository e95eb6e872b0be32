// The same request after it failed: a few times it is asked again, then the gateway says that it is enough.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createRetries, mostFailures } from '../../../src/gateway/retries.ts';
import type { Turn } from '../../model/script.ts';
import { BODIES, type GatewayWorld, openGatewayWorld, PROTOCOLS, type WorldOptions } from './gateway-world.ts';

const opened: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(opened.splice(0).map((close) => close())));

async function world(options: WorldOptions): Promise<GatewayWorld> {
  const made = await openGatewayWorld(options);
  opened.push(made.close);
  return made;
}

const failures: [string, Turn][] = [
  ['429', { fail: { status: 429, retryAfter: 1 } }],
  ['500', { fail: { status: 500 } }],
  ['529', { fail: { status: 529 } }],
  ['a cut stream', { cut: true }],
];

describe.each(PROTOCOLS)('%s', (protocol) => {
  test.each(failures)('after five times %s the sixth is final, in the words of the protocol', async (_, turn) => {
    const made = await world({ script: () => turn });
    const stamped = (n: number) => ({
      ...BODIES[protocol],
      ...(protocol !== 'gemini' && { metadata: { attempt: `${n}` } }),
    });
    for (let n = 0; n < mostFailures; n += 1) await (await made.ask(protocol, stamped(n))).text().catch(() => 'cut');
    const last = await made.ask(protocol);
    expect(last.status).toBe(403);
    const { error } = (await last.json()) as { error: { message: string } };
    expect(error.message).toMatch(/failed 5 times in a row.*trying again cannot help/);
    expect(made.provider.log).toHaveLength(mostFailures);
    expect(made.logged.at(-1)).toMatchObject({ denied: 'retries_spent', counted: 'nothing' });
  });
});

test('another request, or the same after it was answered, is asked', async () => {
  let broken = true;
  const made = await world({ script: () => (broken ? { fail: { status: 500 } } : { say: 'Hi.' }) });
  const ask = async () => {
    const answer = await made.ask('gemini');
    await answer.text();
    return answer.status;
  };
  for (let n = 1; n < mostFailures; n += 1) expect(await ask()).toBe(500);
  broken = false;
  expect(await ask()).toBe(200);
  broken = true;
  for (let n = 0; n < mostFailures; n += 1) expect(await ask()).toBe(500);
  expect(await ask()).toBe(403);
  const other = await made.ask('gemini', { ...BODIES.gemini, systemInstruction: { parts: [{ text: 'Be brief.' }] } });
  expect(other.status).toBe(500);
});

test('a provider that nobody reaches counts as well', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  const made = await world({ baseUrl: `http://127.0.0.1:${port}` });
  const statuses = [];
  for (let n = 0; n <= mostFailures; n += 1) statuses.push((await made.ask('openai-responses')).status);
  expect(statuses).toEqual([...Array(mostFailures).fill(502), 403]);
});

test('what is remembered is bounded, the oldest goes first, and runs are kept apart', () => {
  const retries = createRetries();
  const call = { status: 500, complete: true } as Parameters<typeof retries.settled>[2];
  retries.settled('one', 'a', call);
  expect([retries.failures('one', 'a'), retries.failures('two', 'a')]).toEqual([1, 0]);
  for (let n = 0; n < 10_000; n += 1) retries.settled('two', String(n), call);
  expect([retries.failures('one', 'a'), retries.failures('two', '9999')]).toEqual([0, 1]);
});
