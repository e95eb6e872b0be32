// What the gateway says of budgets: to the agent, near the end; to nobody but the agent, when a price is missing.
import { afterEach, describe, expect, test } from 'vitest';
import { type GatewayWorld, openGatewayWorld, PROTOCOLS, RUN, type WorldOptions } from './gateway-world.ts';

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

  test('a call of which nothing is told is charged all that was reserved', async () => {
    const made = await world({ script: () => ({ say: 'Hi.', usage: null }), limits: { outputTokens: 500 } });
    await (await made.ask(protocol)).text();
    const [call] = made.ledger.truth(RUN.run).calls;
    expect(call).toMatchObject({ counted: 'reservation', outputTokens: 500 });
    expect(call?.costUsd).toBeCloseTo(((call?.inputTokens ?? 0) * 12 + 500 * 100) / 1e6, 9);
  });
});
