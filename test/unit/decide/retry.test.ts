// The table of failures: which class is tried again, and how long the pauses are.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { remedies, retryAfter } from '../../../src/decide/retry.ts';
import { FailureClass } from '../../../src/facts/run.ts';

const pauses = (failure: FailureClass, seed = '7-12-1') => {
  const all: number[] = [];
  for (let retry = retryAfter(failure, 0, seed); retry; retry = retryAfter(failure, all.length, seed))
    all.push(retry.seconds);
  return all;
};

test.each(
  FailureClass.options.filter((name) => name !== 'infrastructure' && name !== 'throttled'),
)('%s would fail the same way, so it is not tried again', (name) => {
  expect(pauses(name)).toEqual([]);
  expect(remedies[name].acts).toMatch(/operator|writer|requester/);
});

test('infrastructure is tried three times within minutes, a throttled provider five times within the hour', () => {
  expect(pauses('infrastructure')).toHaveLength(3);
  expect(pauses('throttled')).toHaveLength(5);
  expect(retryAfter('infrastructure', 0, 'x')).toMatchObject({ n: 1, of: 3 });
  expect(retryAfter('infrastructure', 2, 'x')).toMatchObject({ n: 3, of: 3 });
  expect(retryAfter('infrastructure', 3, 'x')).toBeUndefined();
});

test('pauses grow, stay within their bounds and are the same for the same run, not for all runs', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FailureClass.options), fc.string(), (name, seed) => {
      const all = pauses(name, seed);
      expect(pauses(name, seed)).toEqual(all);
      const { backoff } = remedies[name];
      all.forEach((seconds, n) => {
        const most = Math.min((backoff?.first ?? 0) * 2 ** n, backoff?.longest ?? 0);
        expect(seconds).toBeLessThanOrEqual(most);
        expect(seconds).toBeGreaterThanOrEqual(most * 0.75);
      });
      expect(all.length).toBe(backoff?.most ?? 0);
    }),
  );
  expect(new Set(Array.from({ length: 50 }, (_, n) => pauses('throttled', `7-12-${n}`)[3])).size).toBeGreaterThan(20);
});
