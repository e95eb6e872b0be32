import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { GatewayTruth } from '../../../src/gateway/truth.ts';
import {
  BODIES,
  type GatewayWorld,
  openGatewayWorld,
  PATHS,
  PROTOCOLS,
  REAL_KEY,
  RUN,
  type WorldOptions,
} from './gateway-world.ts';

const opened: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(opened.splice(0).map((close) => close())));

async function world(options: WorldOptions = {}): Promise<GatewayWorld> {
  const made = await openGatewayWorld(options);
  opened.push(made.close);
  return made;
}

/** A provider that answers every request the same way. */
async function provider(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const callsOf = ({ ledger }: GatewayWorld) => ledger.truth(RUN.run).calls;

describe.each(PROTOCOLS)('%s', (protocol) => {
  test('passes the answer through untouched, with the real key, and counts it', async () => {
    const { ask, provider, ledger } = await world();
    const headers = { authorization: `Bearer ${REAL_KEY}`, 'x-api-key': REAL_KEY, 'x-goog-api-key': REAL_KEY };
    const direct = await fetch(provider.url + PATHS[protocol], {
      method: 'POST',
      headers,
      body: JSON.stringify(BODIES[protocol]),
    });
    const answer = await ask(protocol);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(await answer.text()).toBe(await direct.text());

    const truth = ledger.truth(RUN.run);
    expect(truth.usage).toEqual({ calls: 1, inputTokens: 1_200, outputTokens: 60 });
    expect(truth.calls[0]).toMatchObject({
      status: 200,
      complete: true,
      refused: false,
      counted: 'provider',
      model: 'the-model',
    });
    expect(truth.costUsd).toBeCloseTo(0.018);
    expect(GatewayTruth.parse(truth)).toEqual(truth);
  });

  test("sends nothing of the agent's credentials on", async () => {
    const { ask, provider } = await world();
    await (await ask(protocol)).text();
    expect(JSON.stringify(provider.log[0]?.headers)).not.toContain('dummy');
  });

  test('reads an answer in one piece', async () => {
    const { ask, ledger } = await world();
    const path = PATHS[protocol].replace('streamGenerateContent', 'generateContent');
    const body = protocol === 'gemini' ? BODIES.gemini : { ...BODIES[protocol], stream: false };
    await (await ask(protocol, body, { path })).text();
    expect(ledger.truth(RUN.run).usage).toEqual({ calls: 1, inputTokens: 1_200, outputTokens: 60 });
  });

  test('sees a refusal', async () => {
    const made = await world({ script: () => ({ refuse: true }) });
    await (await made.ask(protocol)).text();
    expect(callsOf(made)[0]).toMatchObject({ status: 200, complete: true, refused: true });
  });

  test('counts all that was reserved when the provider tells nothing', async () => {
    const made = await world({ script: () => ({ say: 'Hi.', usage: null }), limits: { outputTokens: 400 } });
    await (await made.ask(protocol)).text();
    expect(callsOf(made)[0]).toMatchObject({ counted: 'reservation', outputTokens: 400 });
    expect(made.ledger.truth(RUN.run).unknown).toBe(1);
  });

  test('tells a cut answer from a whole one, to the agent too', async () => {
    const made = await world({ script: () => ({ cut: true }) });
    const answer = await made.ask(protocol);
    await expect(answer.text()).rejects.toThrow();
    expect(callsOf(made)[0]).toMatchObject({ status: 200, complete: false, counted: 'reservation' });
  });

  test.each([400, 401, 403, 429, 500, 529])('passes a %s on and counts nothing', async (status) => {
    const made = await world({ script: () => ({ fail: { status, retryAfter: 7 } }) });
    const answer = await made.ask(protocol);
    expect(answer.status).toBe(status);
    expect(callsOf(made)[0]).toMatchObject({ status, retryAfter: 7, counted: 'nothing', inputTokens: 0, denied: null });
  });

  test('answers 403, not 429, when the budget is spent, and asks nobody', async () => {
    const made = await world({ budget: 100 });
    const answer = await made.ask(protocol);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('budgets.runTokens');
    expect(made.ledger.truth(RUN.run).spent).toBe(true);
    expect(made.provider.log).toEqual([]);
  });
});

test('no key of ours reaches the agent, whatever the provider says about it', async () => {
  const echo = await provider((_request, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: `Bad key ${REAL_KEY}` } }));
  });
  for (const protocol of PROTOCOLS) {
    const { ask } = await world({ baseUrl: echo });
    expect(await (await ask(protocol)).text()).not.toContain(REAL_KEY);
    const wrong = await world({ key: 'sk-wrong' });
    const answer = await wrong.ask(protocol);
    expect([answer.status, (await answer.text()).includes('sk-wrong')]).toEqual([401, false]);
    expect(JSON.stringify(wrong.logged)).not.toContain('sk-wrong');
  }
});

test('an error page that is no JSON becomes an error the agent understands', async () => {
  const page = await provider((_request, response) =>
    response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>busy</h1>'),
  );
  const { ask } = await world({ baseUrl: page });
  const answer = await ask('openai-responses');
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { error: { message: 'The provider answered 503.', type: 'error', code: 'error', param: null } },
  ]);
});

test('a redirect is not followed', async () => {
  const elsewhere = await provider((_request, response) =>
    response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
  );
  expect((await (await world({ baseUrl: elsewhere })).ask('gemini')).status).toBe(502);
});

test('an unreachable provider costs nothing', async () => {
  const gone = await openGatewayWorld();
  await gone.close();
  const made = await world({ baseUrl: gone.provider.url });
  expect((await made.ask('openai-responses')).status).toBe(502);
  expect(callsOf(made)[0]).toMatchObject({ status: null, counted: 'nothing' });
});

test('a silent provider is given up, and what was reserved counts', async () => {
  const made = await world({ script: () => ({ hang: true }), limits: { silenceMs: 30 } });
  expect((await made.ask('anthropic-messages')).status).toBe(504);
  expect(callsOf(made)[0]).toMatchObject({ status: null, counted: 'reservation' });
});

test('a provider that falls silent in the middle is given up too', async () => {
  const stuck = await provider((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"type":"response.created"}\n\n');
  });
  const made = await world({ baseUrl: stuck, limits: { silenceMs: 30 } });
  await expect((await made.ask('openai-responses')).text()).rejects.toThrow();
  expect(callsOf(made)[0]).toMatchObject({ status: 200, complete: false, counted: 'reservation' });
});

test("an agent that goes away ends the provider's answer and is settled", async () => {
  const gone = Promise.withResolvers<void>();
  const endless = await provider((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"type":"response.created"}\n\n');
    response.once('close', gone.resolve);
  });
  const made = await world({ baseUrl: endless });
  const answer = await made.ask('openai-responses');
  await answer.body?.cancel();
  await gone.promise;
  expect(callsOf(made)[0]).toMatchObject({ complete: false, counted: 'reservation' });
});

test('an agent that goes away before the answer ends the call', async () => {
  const made = await world({ script: () => ({ hang: true }) });
  const leaving = new AbortController();
  const answer = made.ask('gemini', BODIES.gemini, { signal: leaving.signal });
  await vi.waitFor(() => expect(made.provider.log).toHaveLength(1));
  leaving.abort();
  await answer;
  expect(callsOf(made)[0]).toMatchObject({ status: null, counted: 'reservation' });
});

test('a run that is killed loses the call under way', async () => {
  const killed = new AbortController();
  const made = await world({ script: () => ({ hang: true }), revoked: killed.signal });
  const answer = made.ask('openai-responses');
  await vi.waitFor(() => expect(made.provider.log).toHaveLength(1));
  killed.abort();
  expect((await answer).status).toBe(502);
});

test('calls at the same time cannot spend more than there is', async () => {
  const made = await world({ budget: 5_000, limits: { outputTokens: 1_000, leastOutputTokens: 1_000 } });
  const answers = await Promise.all(Array.from({ length: 20 }, () => made.ask('openai-responses')));
  await Promise.all(answers.map((answer) => answer.text()));
  const served = answers.filter((answer) => answer.status === 200).length;
  expect(served).toBeGreaterThan(0);
  expect(served).toBeLessThan(5);
});

test('the last of a budget buys a shorter answer', async () => {
  const made = await world({ budget: 3_000 });
  await (await made.ask('openai-responses')).text();
  const body = made.provider.log[0]?.body as { max_output_tokens: number; store: boolean };
  expect(body.max_output_tokens).toBeGreaterThan(2_000);
  expect(body.max_output_tokens).toBeLessThan(3_000);
  expect(body.store).toBe(false);
});

test('a call is settled before the agent sees its end, so the next one finds the budget free', async () => {
  const made = await world({
    budget: 3_000,
    limits: { outputTokens: 1_600, leastOutputTokens: 1_600 },
    script: () => ({ say: 'x', usage: { input: 10, output: 10 } }),
  });
  const statuses: number[] = [];
  for (let turn = 0; turn < 30; turn += 1) {
    const answer = await made.ask('anthropic-messages', { ...BODIES['anthropic-messages'], max_tokens: 5_000 });
    await answer.text();
    statuses.push(answer.status);
  }
  expect(new Set(statuses)).toEqual(new Set([200]));
});
