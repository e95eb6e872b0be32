import { describe, expect, test } from 'vitest';
import { planConformance } from '../../../checks/plan-conformance.ts';
import type { PlanSnapshot } from '../../../src/facts/plan.ts';
import type { ChangedFile } from '../../../src/facts/pull-snapshot.ts';
import { snapshot } from './snapshot.ts';

const planned = (differs: Partial<PlanSnapshot>) => {
  const { plan } = snapshot();
  return planConformance.evaluate(snapshot(plan ? { plan: { ...plan, ...differs } } : {}));
};
const changed = (...files: ChangedFile[]) => planConformance.evaluate(snapshot({ files }));

const asked = '`slug("A b")` returns `a-b`';
const quoting = (text: string): Partial<PlanSnapshot> => ({
  criteria: [{ id: 'AC-1', text, tests: [{ layer: 'unit', name: 'slug > joins words' }] }],
});

test('a criterion may be wrapped otherwise than in the issue, and no more', () => {
  expect(planned(quoting(' `slug("A b")`\n  returns `a-b` '))).toMatchObject({ outcome: 'pass' });
  expect(planned(quoting('`slug("A b")` returns nothing')).children).toMatchObject([
    { messageId: 'criterion-changed', data: { id: 'AC-1' } },
  ]);
});

test('a valid plan whose change stays inside passes', () => {
  expect(planConformance.evaluate(snapshot())).toMatchObject({
    outcome: 'pass',
    messageId: 'conforms',
    data: { criteria: '1', files: '2' },
  });
});

describe('refused, each finding with its data', () => {
  test.each([
    [
      'invalid',
      planned({ validation: { valid: false, problems: ['specs/slug/spec.md: no scenario', 'x'] } }),
      { problem: 'specs/slug/spec.md: no scenario' },
      2,
    ],
    [
      'invalid without a reason',
      planned({ validation: { valid: false, problems: [] } }),
      { problem: 'add-slug is not valid' },
      1,
    ],
    ['unmapped', planned({ criteria: [] }), { id: 'AC-1' }, 1],
    ['mapped to no test', planned({ criteria: [{ id: 'AC-1', text: asked, tests: [] }] }), { id: 'AC-1' }, 1],
    ['a criterion that reads differently', planned(quoting('`slug("A b")` returns `a_b`')), { id: 'AC-1' }, 1],
    ['a criterion of another case', planned(quoting('`SLUG("A b")` returns `a-b`')), { id: 'AC-1' }, 1],
    [
      'unknown criterion',
      planned({
        criteria: [
          ...(snapshot().plan?.criteria ?? []),
          { id: 'AC-9', text: 'a', tests: [{ layer: 'unit', name: 'a' }] },
        ],
      }),
      { id: 'AC-9' },
      1,
    ],
    ['no scope', planned({ scope: [] }), {}, 1],
    ['scope too wide', planned({ scope: ['src/**', '**'] }), { glob: '**' }, 1],
    ['out of scope', changed({ path: 'lib/a.ts', status: 'added', inScope: false }), { path: 'lib/a.ts' }, 1],
    [
      'another change',
      changed({ path: 'openspec/changes/other/tasks.md', status: 'added', inScope: false }),
      { path: 'openspec/changes/other/tasks.md' },
      1,
    ],
    [
      'moved into the plan',
      changed({ path: 'openspec/changes/add-slug/tasks.md', from: 'lib/a', status: 'renamed', inScope: false }),
      { path: 'openspec/changes/add-slug/tasks.md' },
      1,
    ],
    [
      'no plan file in the plan’s folder',
      changed({ path: 'openspec/changes/add-slug/run.js', status: 'added', inScope: false }),
      { path: 'openspec/changes/add-slug/run.js' },
      1,
    ],
    [
      'a folder whose name starts alike',
      changed({ path: 'openspec/changes/add-slug-2/a', status: 'added', inScope: false }),
      {},
      1,
    ],
  ])('%s', (_name, verdict, data, count) => {
    expect(verdict).toMatchObject({ outcome: 'fail', messageId: 'deviates', data: { count: String(count) } });
    expect(verdict.children?.[0]?.data).toMatchObject(data);
  });
});

test('a file out of scope is annotated', () => {
  expect(changed({ path: 'lib/a.ts', status: 'added', inScope: false }).children).toMatchObject([
    { messageId: 'out-of-scope', at: [{ path: 'lib/a.ts' }] },
  ]);
});

test('people and forks have no plan; a Gantry pull request without one fails; unreadable blocks', () => {
  for (const kind of ['people', 'fork'] as const) {
    expect(planConformance.evaluate(snapshot({ kind, plan: undefined }))).toMatchObject({
      outcome: 'skip',
      messageId: 'not-ours',
    });
  }
  expect(planConformance.evaluate(snapshot({ plan: undefined }))).toMatchObject({
    outcome: 'fail',
    messageId: 'no-plan',
  });
  expect(planConformance.evaluate(snapshot({ files: 'unreadable', criteria: 'unreadable' }))).toMatchObject({
    outcome: 'error',
    data: { what: 'criteria, files' },
  });
});
