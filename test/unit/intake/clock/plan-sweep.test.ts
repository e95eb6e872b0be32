// What is read when, and for how much: the rules of trust.md 27 on the planner alone.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planSweep, type SweepView } from '../../../../src/intake/clock/plan-sweep.ts';

const minute = 60_000;
const now = 1_000 * minute;
const installation = { id: 1, limit: 5_000, remaining: 5_000, spent: 0, resetAt: now + 60 * minute };
const repository = (id: number, live: number, minutesAgo: number | undefined) => ({
  id,
  installation: 1,
  live,
  sweptAt: minutesAgo === undefined ? undefined : now - minutesAgo * minute,
});
const plan = (over: Partial<SweepView>) =>
  planSweep({ now, everySeconds: 60, installations: [installation], repositories: [], ...over });

describe('what is due', () => {
  test('a live repository each minute, an idle one after fifteen, whoever waits longest first', () => {
    const repositories = [
      repository(1, 3, 0.5),
      repository(2, 1, 1),
      repository(3, 2, 4),
      repository(4, 0, 10),
      repository(5, 0, 15),
      repository(6, 1, undefined),
    ];
    expect(plan({ repositories })[0]?.repositories).toEqual([6, 3, 2, 5]);
  });

  test('idle repositories are spread: a fifteenth of them at a time, also when all are due at once', () => {
    const repositories = Array.from({ length: 150 }, (_, id) => repository(id, 0, 60));
    expect(plan({ repositories })[0]?.repositories).toHaveLength(10);
  });

  test('asked for now, everything is', () => {
    const repositories = [repository(1, 0, 0), repository(2, 1, 0)];
    expect(plan({ repositories, everySeconds: 0 })[0]?.repositories).toEqual([2, 1]);
  });

  test('each installation reads its own, from its own points', () => {
    const plans = plan({
      installations: [installation, { ...installation, id: 2, spent: 1_500 }],
      repositories: [repository(1, 1, 5), { ...repository(2, 1, 5), installation: 2 }],
    });
    expect(plans.map(({ repositories }) => repositories)).toEqual([[1], [2]]);
    expect(plans.map(({ allowance }) => allowance > 0)).toEqual([true, false]);
  });
});

describe('what it may cost', () => {
  test('nothing once 30 % are spent, and nothing where the work has used up the rest', () => {
    const allowance = (over: object) => plan({ installations: [{ ...installation, ...over }] })[0]?.allowance;
    expect(allowance({ spent: 1_499 })).toBe(1);
    expect(allowance({ spent: 1_500 })).toBe(0);
    expect(allowance({ spent: 9_999 })).toBe(0);
    expect(allowance({ remaining: 500 })).toBe(0);
    expect(allowance({ remaining: 503 })).toBe(3);
  });

  test('never more than 30 % of an hour, whatever every round uses of what it may', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 15_000 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 }),
        (limit, uses) => {
          let spent = 0;
          for (const [round, use] of uses.entries()) {
            const at = now + round * minute;
            const [{ allowance } = { allowance: 0 }] = plan({
              now: at,
              installations: [{ ...installation, limit, remaining: limit - spent, spent, resetAt: now + 60 * minute }],
            });
            expect(allowance).toBeGreaterThanOrEqual(0);
            spent += Math.round(allowance * use);
          }
          expect(spent).toBeLessThanOrEqual(limit * 0.3);
        },
      ),
    );
  });
});
