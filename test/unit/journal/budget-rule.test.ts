// What budgets leave of a call: given what is used, when a call asks, then so much.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BudgetUse } from '../../../src/facts/budget.ts';
import { type Ask, grant, linesOf } from '../../../src/journal/budget-rule.ts';

const rate = { input: 2, output: 10 };
const tokens = (used: number, limit = 10_000): BudgetUse => ({ budget: 'runTokens', limit, used });
const cost = (used: number, limit = 100_000): BudgetUse => ({ budget: 'dayCost', limit, used });
const calls = (used: number): BudgetUse => ({ budget: 'runCalls', limit: 20, used });
const time = (used: number): BudgetUse => ({ budget: 'runMinutes', limit: 600, used });
const ask: Ask = { input: 1_000, leastOutput: 500, mostOutput: 4_000, rate };

describe('a call gets', () => {
  const cases: [string, BudgetUse[], object][] = [
    ['all that it asks for', [tokens(0), cost(0)], { output: 4_000, micros: 42_000 }],
    ['what the tokens leave', [tokens(6_000), cost(0)], { output: 3_000 }],
    ['what the dollars leave', [tokens(0), cost(88_000)], { output: 1_000, micros: 12_000 }],
    ['nothing where the least does not fit', [tokens(8_501), cost(0)], { spent: tokens(8_501) }],
    ['nothing where not even the input is paid for', [tokens(0), cost(99_000)], { spent: cost(99_000) }],
    ['the name of the tightest', [tokens(9_400), cost(99_999)], { spent: tokens(9_400) }],
    ['all that it asks for in its last call and its last second', [calls(19), time(599)], { output: 4_000 }],
    ['nothing where no call is left', [tokens(0), calls(20)], { spent: calls(20) }],
    ['nothing where no time is left', [tokens(0), time(600)], { spent: time(600) }],
    ['all that it asks for where nothing is limited', [], { output: 4_000 }],
  ];
  test.each(cases)('%s', (_, lines, expected) => {
    expect(grant(lines, ask)).toMatchObject(expected);
  });
});

test('dollars do not bear on a call without a price, nor tokens that cost nothing on the output', () => {
  const { rate: _, ...free } = ask;
  expect(grant([cost(100_000)], free)).toMatchObject({ output: 4_000, micros: 0 });
  expect(grant([cost(98_000)], { ...ask, rate: { input: 2, output: 0 } })).toMatchObject({ output: 4_000 });
});

test('the warning comes from 90 % on, for the budget of which most is used', () => {
  expect(grant([tokens(7_999)], ask)).toMatchObject({ near: undefined });
  expect(grant([tokens(8_000)], ask)).toMatchObject({ near: tokens(8_000) });
  expect(grant([tokens(8_000), cost(93_000)], ask)).toMatchObject({ near: cost(93_000) });
  expect(grant([calls(16), time(539)], ask)).toMatchObject({ near: undefined });
  expect(grant([calls(17)], ask)).toMatchObject({ near: calls(17) });
  expect(grant([time(540)], ask)).toMatchObject({ near: time(540) });
});

test('budgets that are not limited have no line', () => {
  const nothing = { tokens: 0, micros: 0 };
  const sums = { run: { ...nothing, calls: 0, seconds: 0 }, ticket: nothing, day: nothing };
  const names = linesOf({ wallSeconds: 1, tokens: 1, ticketTokens: 2, dayCost: 3 }, sums).map(({ budget }) => budget);
  expect(names).toEqual(['runMinutes', 'runTokens', 'ticketTokens', 'dayCost']);
});

test('whatever is asked in whatever order, no budget is overdrawn', () => {
  const amount = fc.integer({ min: 0, max: 5_000 });
  const asked = fc.record({ input: amount, leastOutput: fc.integer({ min: 1, max: 100 }), mostOutput: amount });
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 60 }), (calls) => {
      let used = { tokens: 0, micros: 0 };
      for (const call of calls) {
        const mostOutput = Math.max(call.leastOutput, call.mostOutput);
        const granted = grant([tokens(used.tokens), cost(used.micros)], { ...call, mostOutput, rate });
        if ('spent' in granted) continue;
        expect(granted.output).toBeGreaterThanOrEqual(call.leastOutput);
        used = { tokens: used.tokens + call.input + granted.output, micros: used.micros + granted.micros };
        expect(used.tokens).toBeLessThanOrEqual(10_000);
        expect(used.micros).toBeLessThanOrEqual(100_000);
      }
    }),
  );
});
