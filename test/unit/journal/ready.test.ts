// Who is next, for every backlog: caps hold, nobody is passed over by a later one, and a full repository is in nobody's way.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ticketStream } from '../../../src/facts/stream.ts';
import { inOrder, pickReady, type Waiting } from '../../../src/journal/ready.ts';

const waiting: fc.Arbitrary<Waiting> = fc
  .record({
    repo: fc.integer({ min: 1, max: 3 }),
    number: fc.integer({ min: 1, max: 6 }),
    run: fc.integer({ min: 1, max: 2 }),
    priority: fc.nat(3),
    since: fc.nat(5),
    cap: fc.integer({ min: 1, max: 3 }),
    blocked: fc.boolean(),
    silent: fc.boolean(),
    later: fc.boolean(),
  })
  .map(({ number, run, ...rest }) => ({
    ...rest,
    key: `${rest.repo}-${number}-${run}`,
    ticket: ticketStream(rest.repo, number),
  }));
const backlog = fc.uniqueArray(waiting, { selector: ({ key }) => key, maxLength: 25 });
const live = fc.uniqueArray(
  fc.record({ repo: fc.integer({ min: 1, max: 3 }), number: fc.integer({ min: 1, max: 6 }) }),
  { selector: ({ repo, number }) => `${repo}#${number}`, maxLength: 5 },
);

test('caps hold, a ticket is picked once, and whoever is left out has a reason', () => {
  fc.assert(
    fc.property(backlog, live, fc.integer({ min: 1, max: 8 }), (all, runs, total) => {
      const busy = runs.map(({ repo, number }) => ({ repo, ticket: ticketStream(repo, number) }));
      const picked = pickReady(all, busy, total);
      expect(busy.length + picked.length).toBeLessThanOrEqual(Math.max(total, busy.length));
      const tickets = [...busy, ...picked].map(({ ticket }) => ticket);
      expect(new Set(tickets).size).toBe(tickets.length);
      expect([...picked].sort(inOrder)).toEqual(picked);
      for (const [n, one] of picked.entries()) {
        expect(one.blocked || one.silent || one.later).toBe(false);
        const before = [...busy, ...picked.slice(0, n)].filter(({ repo }) => repo === one.repo).length;
        expect(before).toBeLessThan(one.cap);
      }
      for (const one of all.filter((other) => !picked.includes(other))) {
        const here = [...busy, ...picked].filter(({ repo }) => repo === one.repo).length;
        const reasons = [
          one.blocked || one.silent || one.later,
          tickets.includes(one.ticket),
          here >= one.cap,
          busy.length + picked.length >= total,
        ];
        expect(reasons).toContain(true);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('who asks has a slot although nobody waits for them any more', () => {
  const one: Waiting = {
    ...{ key: 'a', ticket: ticketStream(1, 1), repo: 1, priority: 2, since: 0, cap: 1 },
    ...{ blocked: false, silent: true, later: true },
  };
  expect(pickReady([one], [], 5)).toEqual([]);
  expect(pickReady([one], [], 5, 'a')).toEqual([one]);
});
