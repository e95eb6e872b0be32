// What the gateway says of budgets: to the agent, near the end; to nobody but the agent, when a price is missing.
import { afterEach, describe, expect, test } from 'vitest';
import { anthropicMessages } from '../../../src/gateway/dialect/anthropic-messages.ts';
import type { Observed } from '../../../src/gateway/dialect/contract.ts';
import { gemini } from '../../../src/gateway/dialect/gemini.ts';
import { BODIES, type GatewayWorld, openGatewayWorld, PROTOCOLS, RUN, type WorldOptions } from './gateway-world.ts';

const opened: (() => Promise<void>)[] = [];
afterEach(() => Promise.all(opened.splice(0).map((close) => close())));

async function world(options: WorldOptions): Promise<GatewayWorld> {
  const made = await openGatewayWorld(options);
  opened.push(made.close);
  return made;
}

const warning = /nearly used up/;
const sent = ({ provider }: GatewayWorld) => JSON.stringify(provider.log.at(-1)?.body);

describe.each(PROTOCOLS)('%s', (protocol) => {
  test('from 90 % on every request carries a word to the model, after what the agent wrote', async () => {
    const made = await world({
      budget: 3_000,
      limits: { outputTokens: 500, leastOutputTokens: 10 },
      script: () => ({ say: 'Hi.', usage: { input: 1_390, output: 10 } }),
    });
    for (let n = 0; n < 3; n += 1) await (await made.ask(protocol)).text();
    expect(made.provider.log.map(({ body }) => warning.test(JSON.stringify(body)))).toEqual([false, false, true]);
    expect(sent(made).indexOf('Hello')).toBeLessThan(sent(made).search(warning));
  });

  test('with a budget in dollars a model without a price is refused before it is asked', async () => {
    const made = await world({ priced: false, costLimited: true });
    const answer = await made.ask(protocol);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toMatch(/price of the-model is not known[\s\S]*budgets\.modelPrice/);
    expect(made.provider.log).toEqual([]);
    expect(made.logged[0]).toMatchObject({ denied: 'price_unknown', counted: 'nothing' });
  });

  test('without one it is asked, and its cost is not known', async () => {
    const made = await world({ priced: false });
    await (await made.ask(protocol)).text();
    expect(made.ledger.truth(RUN.run).calls[0]).toMatchObject({ counted: 'provider', costUsd: null });
  });

  test('what the provider read from its cache is charged as such', async () => {
    const made = await world({ script: () => ({ say: 'Hi.', usage: { input: 1_000, output: 10, cached: 900 } }) });
    await (await made.ask(protocol)).text();
    expect(made.ledger.truth(RUN.run).costUsd).toBeCloseTo((100 * 10 + 900 * 1 + 10 * 100) / 1e6, 9);
  });

  test('a call of which nothing is told is charged all that was reserved, and is the last of its run', async () => {
    const made = await world({ script: () => ({ say: 'Hi.', usage: null }), limits: { outputTokens: 500 } });
    expect(await (await made.ask(protocol)).text()).toContain('Hi.');
    const next = await made.ask(protocol);
    expect([next.status, await next.text()]).toEqual([403, expect.stringMatching(/did not say what .* used/)]);
    expect(made.provider.log).toHaveLength(1);
    expect(made.logged.at(-1)).toMatchObject({ denied: 'run_stopped', counted: 'nothing' });
    const [call] = made.ledger.truth(RUN.run).calls;
    expect(call).toMatchObject({ counted: 'reservation', outputTokens: 500 });
    expect(call?.costUsd).toBeCloseTo(((call?.inputTokens ?? 0) * 12 + 500 * 100) / 1e6, 9);
  });
});

test('what the run itself asks without a price ends it; a side call is only refused', async () => {
  const named = { model: 'the-model', price: undefined };
  const made = await world({ priced: false, costLimited: true, named });
  expect(await (await made.ask('gemini')).text()).toContain('price_unknown');
  const again = await made.ask('anthropic-messages', { ...BODIES['anthropic-messages'], model: 'a-side-model' });
  expect(await again.text()).toContain('price_unknown');
  expect(made.ledger.stoppedWhy(RUN.run)).toMatch(/^The gateway stopped the run: .*budgets\.modelPrice/);

  const aside = await world({ priced: false, costLimited: true, named: { model: 'another', price: undefined } });
  expect((await aside.ask('gemini')).status).toBe(403);
  expect(aside.ledger.stoppedWhy(RUN.run)).toBeUndefined();
});

test('anthropic: what the beginning says of the output is no count, so an end that says nothing is unknown', () => {
  const events = [
    { type: 'message_start', message: { usage: { input_tokens: 9, output_tokens: 1 } } },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
    { type: 'message_stop' },
  ];
  const seen = events.reduce((before, event) => anthropicMessages.observe(before, event), nothing);
  expect(seen).toMatchObject({ complete: true, inputTokens: 9, outputTokens: null });
});

test('gemini leaves a count of 0 out: a blocked prompt, and thoughts that used all there was, are counted', () => {
  const seen = gemini.observe(nothing, {
    promptFeedback: { blockReason: 'SAFETY' },
    usageMetadata: { promptTokenCount: 7, totalTokenCount: 7 },
  });
  expect(seen).toMatchObject({ complete: true, inputTokens: 7, outputTokens: 0 });
  const thoughts = { promptTokenCount: 7, thoughtsTokenCount: 40, totalTokenCount: 47 };
  expect(gemini.observe(nothing, { usageMetadata: thoughts })).toMatchObject({ outputTokens: 40 });
  expect(gemini.observe(nothing, { usageMetadata: { promptTokenCount: 7 } })).toMatchObject({ outputTokens: null });
});

const nothing: Observed = {
  ...{ inputTokens: null, cacheRead: 0, cacheWrite: 0, outputTokens: null },
  ...{ complete: false, refused: false, errorCode: null },
};
