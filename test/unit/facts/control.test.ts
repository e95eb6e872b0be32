// Which control counts: the strictest, in whatever order they were set, and nothing but lifting one loosens anything.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Concerned,
  ControlMode,
  ControlScope,
  concerns,
  type Doing,
  isForbidden,
  type Standstill,
  strictest,
} from '../../../src/facts/control.ts';
import { AgentName } from '../../../src/facts/policy.ts';

const agents = fc.constantFrom(...AgentName.options);
const scopes = fc.oneof(
  fc.constant('global'),
  fc.integer({ min: 1, max: 3 }).map((id) => `repository:${id}`),
  agents.map((name) => `adapter:${name}`),
);
const control = fc.record({
  control: fc.integer({ min: 1, max: 1_000_000 }),
  scope: scopes,
  mode: fc.constantFrom(...ControlMode.options),
  source: fc.constantFrom('api' as const, 'comment' as const),
  by: fc.string(),
  why: fc.string(),
  until: fc.option(
    fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1_000).toISOString()),
    { nil: undefined },
  ),
});
const controls = fc.uniqueArray(control as fc.Arbitrary<Standstill>, { selector: (one) => one.control, maxLength: 8 });
const concerned: fc.Arbitrary<Concerned> = fc.record({
  repo: fc.integer({ min: 1, max: 3 }),
  agent: fc.option(agents, { nil: undefined }),
});
const doings: readonly Doing[] = ['protective', 'start', 'change'];
const forbidden = (all: readonly Standstill[], about: Concerned) =>
  doings.filter((doing) => isForbidden(doing, strictest(all, about)));

test('a ratchet: one more control forbids at least what was forbidden', () => {
  fc.assert(
    fc.property(controls, control as fc.Arbitrary<Standstill>, concerned, (all, more, about) => {
      expect(forbidden([...all, more], about)).toEqual(expect.arrayContaining(forbidden(all, about)));
    }),
    { numRuns: 2_000 },
  );
});

test('what is forbidden is what any single one that concerns it forbids, whatever the order', () => {
  fc.assert(
    fc.property(controls, concerned, fc.nat(), (all, about, turn) => {
      const single = doings.filter((doing) => all.some((one) => isForbidden(doing, strictest([one], about))));
      expect(forbidden(all, about)).toEqual(single);
      const turned = all.map((_, at) => all[(at + turn) % all.length] as Standstill);
      expect(strictest(turned, about)).toEqual(strictest(all, about));
      expect(strictest(all.toReversed(), about)).toEqual(strictest(all, about));
    }),
    { numRuns: 2_000 },
  );
});

test('a repository has no way out: no choice of agent escapes what is global or its own', () => {
  fc.assert(
    fc.property(controls, concerned, agents, (all, about, other) => {
      const own = all.filter(({ scope }) => !scope.startsWith('adapter:'));
      expect(forbidden(all, { ...about, agent: other })).toEqual(expect.arrayContaining(forbidden(own, about)));
    }),
    { numRuns: 1_000 },
  );
});

test('protective writes are never forbidden, changes only by read-only', () => {
  const one = (mode: ControlMode): Standstill => ({
    control: 1,
    scope: 'global',
    mode,
    source: 'api',
    by: 'a',
    why: 'b',
  });
  expect(forbidden([one('paused')], { repo: 1 })).toEqual(['start']);
  expect(forbidden([one('read_only')], { repo: 1 })).toEqual(['start', 'change']);
  expect(forbidden([], { repo: 1 })).toEqual([]);
});

test.each([
  ['global', true],
  ['repository:7', true],
  ['repository:8', false],
  ['repository:77', false],
  ['adapter:codex', true],
  ['adapter:gemini_cli', false],
])('%s concerns repository 7 with codex: %s', (scope, does) => {
  expect(concerns(scope, { repo: 7, agent: 'codex' })).toBe(does);
});

test.each([
  '',
  'GLOBAL',
  'global ',
  'repository:',
  'repository:0',
  'repository:7x',
  'adapter:',
  'adapter:gpt',
  'team:1',
])('%j is no scope', (scope) => expect(ControlScope.safeParse(scope).success).toBe(false));
