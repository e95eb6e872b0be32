// Every model that an adapter names has a dated price, and a call costs what its provider's list says.
import { expect, test } from 'vitest';
import { agents } from '../../../adapters/agent/index.ts';
import { costOf, highestRate, priceOf, prices } from '../../../src/gateway/prices.ts';

// What `acp` asks is the policy's to name.
const { acp: _, ...named } = agents;
const models = Object.values(named).flatMap((agent) => {
  const { defaultModel, sideModels } = agent.describe();
  return [defaultModel, ...sideModels];
});

test.each(models)('%s has a price with a source and a day', (model) => {
  expect(prices[model]?.source).toMatch(/^https:\/\//);
  expect(prices[model]?.read).toMatch(/^20\d\d-\d\d-\d\d$/);
});

const counted = (input: number, output: number, cacheRead = 0, cacheWrite = 0) => ({
  input,
  output,
  cacheRead,
  cacheWrite,
});
const gpt = priceOf('gpt-5.5');
const claude = priceOf('claude-opus-5-5');
const cases: [string, typeof gpt, ReturnType<typeof counted>, number][] = [
  ['input and output', gpt, counted(1_000, 100), 5_000 + 3_000],
  ['input that a cache held costs less', gpt, counted(1_000, 0, 800), 200 * 5 + 800 * 0.5],
  ['a long prompt costs more as a whole', gpt, counted(300_000, 100), 300_000 * 10 + 100 * 45],
  ['what Claude writes to a cache costs more', claude, counted(1_000, 0, 0, 500), 500 * 4 + 500 * 8],
  ['a part of a micro-dollar is a whole one', claude, counted(1, 0, 1), 1],
  // As Claude Code reported its own cost for this call, in dollars 0.010592.
  ['a call whose cost is known from elsewhere', claude, counted(2_468, 112, 400), 10_592],
];
test.each(cases)('%s', (_, price, call, micros) => {
  if (!price) throw new Error('no price');
  expect(costOf(price, call)).toBe(micros);
});

test('a reservation is never cheaper than the call may become', () => {
  if (!claude || !gpt) throw new Error('no price');
  expect(highestRate(claude, 1_000)).toEqual({ input: 8, output: 20 });
  expect(highestRate(gpt, 272_001)).toEqual({ input: 10, output: 45 });
});

test('what the policy says of the model that it names counts, and of no other', () => {
  const named = { model: 'our-own', price: { input: 1, output: 2 } };
  expect(priceOf('our-own', named)).toEqual({ input: 1, cacheRead: 1, cacheWrite: 1, output: 2 });
  expect(priceOf('our-own')).toBeUndefined();
  expect(priceOf('gpt-5.5', named)).toBe(prices['gpt-5.5']);
  expect(priceOf('toString')).toBeUndefined();
});
