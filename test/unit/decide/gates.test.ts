// SF-018: what a gate asks for, by the rules of the policy. Rules add up, what is not known applies, and one thing only loosens.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { categoriesOf, isHarmless } from '../../../src/decide/gates/category.ts';
import { type About, demandOf, isMet } from '../../../src/decide/gates/demand.ts';
import { Category, Policy } from '../../../src/facts/policy.ts';

const policy = (rules: object[], more: object = {}) => Policy.parse({ version: 1, gates: { rules }, ...more });
const about = (...paths: string[]): About => ({ paths, labels: [] });

test.each([
  ['docs/guide.md', ['docs']],
  ['README.md', ['docs']],
  ['test/cart.test.ts', ['tests']],
  ['src/cart.spec.js', ['tests']],
  ['src/cart.ts', ['code']],
  ['package-lock.json', ['deps']],
  ['requirements-dev.txt', ['deps']],
  ['db/migrations/0001_users.sql', ['schema']],
  ['src/auth/session.ts', ['auth']],
  ['.github/workflows/ci.yml', ['infra']],
  ['infra/main.tf', ['infra']],
  ['test/auth/login.test.ts', ['auth', 'tests']],
  ['AGENTS.md', ['code']],
  ['openspec/changes/x/proposal.md', ['code']],
])('%s is %s', (path, kinds) => expect(categoriesOf(path).sort()).toEqual([...kinds].sort()));

test.each([
  ['docs/**', true],
  ['test/**', true],
  ['README.md', true],
  ['**/*.md', false],
  ['{docs,src}/**', false],
  ['src/**', false],
  ['docs/CLAUDE.md', false],
  ['test/login.test.ts', false],
])('%s is nothing but docs and tests: %s', (path, harmless) => expect(isHarmless(path)).toBe(harmless));

test('without a rule it is one approval and one review, nobody about the start, and nothing is waived', () => {
  for (const stage of ['plan', 'merge'] as const)
    expect(demandOf(stage, policy([]), about('docs/a.md'))).toEqual({ approvals: 1, groups: [], why: [] });
  expect(demandOf('start', policy([]), about())).toEqual({ approvals: 0, groups: [], why: [] });
});

test('each condition asks for what it names: paths, categories, labels, size', () => {
  const two = (when: object) => policy([{ stage: 'merge', when, approvals: 2 }]);
  const asked = (when: object, of: About) => demandOf('merge', two(when), of).approvals;
  expect(asked({ paths: ['src/auth/**'] }, about('src/auth/a.ts'))).toBe(2);
  expect(asked({ paths: ['src/auth/**'] }, about('src/cart.ts'))).toBe(1);
  expect(asked({ categories: ['schema'] }, about('a.sql'))).toBe(2);
  expect(asked({ categories: ['schema'] }, about('a.ts'))).toBe(1);
  expect(asked({ labels: ['Risky'] }, { paths: [], labels: ['risky'] })).toBe(2);
  expect(asked({ labels: ['Risky'] }, { paths: [], labels: [] })).toBe(1);
  expect(asked({ files: 3 }, { paths: [], labels: [], files: 4 })).toBe(2);
  expect(asked({ files: 3 }, { paths: [], labels: [], files: 3 })).toBe(1);
  expect(asked({ lines: 100, labels: ['risky'] }, { paths: [], labels: [], lines: 500 })).toBe(1);
});

test('what is not known asks for more', () => {
  const rules = policy([{ stage: 'plan', when: { paths: ['src/auth/**'], lines: 100 }, approvals: 2 }]);
  expect(demandOf('plan', rules, about('src/**')).approvals).toBe(2);
  expect(demandOf('plan', rules, { paths: 'unreadable', labels: [] }).approvals).toBe(2);
  expect(demandOf('plan', rules, about('lib/**')).approvals).toBe(1);
  const auth = policy([{ stage: 'plan', when: { categories: ['auth'] }, approvals: 2 }]);
  expect(demandOf('plan', auth, about('src/**')).approvals).toBe(2);
  expect(demandOf('plan', auth, about('docs/**')).approvals).toBe(1);
});

const waiver = { stage: 'plan', when: { categories: ['docs', 'tests'] }, approvals: 0 };

test.each<[string, object[], object, string[], boolean]>([
  ['docs alone', [waiver], {}, ['docs/**', 'README.md'], true],
  ['docs and tests', [waiver], {}, ['docs/**', 'test/**'], true],
  ['code beside docs', [waiver], {}, ['docs/**', 'src/a.ts'], false],
  ['a glob that may be anything', [waiver], {}, ['**/*.md'], false],
  ['a protected path', [waiver], { protected: ['docs/legal/**'] }, ['docs/**'], false],
  ['a rule that asks', [waiver, { stage: 'plan', when: { paths: ['docs/**'] } }], {}, ['docs/**'], false],
  ['a rule that waives everything', [{ stage: 'plan', approvals: 0 }], {}, ['src/a.ts'], false],
  ['a rule that names approvers', [{ ...waiver, approvers: ['ann'] }], {}, ['docs/**'], false],
  ['no scope', [waiver], {}, [], false],
])('a plan is waived for %s', (_, rules, more, paths, waived) => {
  expect(demandOf('plan', policy(rules, more), about(...paths)).waived !== undefined).toBe(waived);
});

test('the review before the merge is never waived', () => {
  const demand = demandOf('merge', policy([{ stage: 'merge', approvals: 0 }]), about('docs/a.md'));
  expect(demand).toMatchObject({ approvals: 1 });
  expect(demand.waived).toBeUndefined();
});

test('a further rule never asks for less, whatever the order; only docs and tests outside protected paths are ever waived', () => {
  const rule = fc.record({
    stage: fc.constantFrom('plan', 'merge'),
    when: fc.record(
      {
        paths: fc.subarray(['src/**', 'docs/**', 'src/auth/*.ts'], { minLength: 1 }),
        categories: fc.subarray([...Category.options], { minLength: 1 }),
        labels: fc.constant(['risky']),
        files: fc.nat(5),
      },
      { requiredKeys: [] },
    ),
    approvals: fc.nat(3),
    approvers: fc.subarray(['ann', 'bo']),
  });
  const paths = fc.subarray(['src/cart.ts', 'src/**', 'docs/**', 'docs/a.md', 'test/**', '.github/x.md'], {
    minLength: 1,
  });
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 5 }), rule, paths, fc.boolean(), (rules, more, some, risky) => {
      const known: About = { paths: some, labels: risky ? ['risky'] : [], files: some.length };
      const before = demandOf('plan', policy(rules), known);
      const after = demandOf('plan', policy([...rules, more]), known);
      const turned = demandOf('plan', policy([more, ...rules]), known);
      expect(after.approvals).toBeGreaterThanOrEqual(before.approvals);
      expect(after.groups.length).toBeGreaterThanOrEqual(before.groups.length);
      expect(turned.approvals).toBe(after.approvals);
      if (after.waived !== undefined) {
        expect(some.every((path) => path.startsWith('docs/') || path.startsWith('test/'))).toBe(true);
        expect(after.groups).toEqual([]);
      }
    }),
    { numRuns: 500 },
  );
});

test('a demand is met by enough people with one of each group among them', () => {
  const demand = { approvals: 2, groups: [['ann'], ['bo', 'cy']] };
  expect(isMet(demand, ['ann', 'bo'])).toBe(true);
  expect(isMet(demand, ['ANN', 'cy'])).toBe(true);
  expect(isMet(demand, ['ann', 'dan'])).toBe(false);
  expect(isMet(demand, ['ann'])).toBe(false);
});
