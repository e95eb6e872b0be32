// Evidence: every acceptance criterion is proven by its named tests, at this head. Its children are the evidence table.
import { z } from 'zod';
import type { NamedTest, PlanSnapshot } from '../src/facts/plan.ts';
import type { LayerResult } from '../src/facts/run.ts';
import type { Verdict } from '../src/facts/verdict.ts';
import { defineCheck, fail, pass, pending, skip } from './contract.ts';

const messages = {
  proven: 'All {criteria} criteria are proven by {tests} tests at {head}.',
  'not-ours': 'Only the criteria of work that Gantry does are traced to tests.',
  'no-plan':
    'There is no readable plan, so nothing says which test proves what. Restore the change under openspec/changes/.',
  'no-tests': '{criterion} is mapped to no test.',
  'not-run': 'The layers have not reported for {head} yet.',
  unproven: '{failed} of {criteria} criteria are not proven at {head}.',
  criterion: '{criterion}: {text}',
  passed: '{criterion}: {layer} test "{test}" passed.',
  failed: '{criterion}: {layer} test "{test}" failed. The output is in the check of that layer.',
  skipped:
    '{criterion}: {layer} test "{test}" was skipped, which proves nothing. Run it, or map the criterion to another test.',
  missing:
    '{criterion}: {layer} test "{test}" is not in the report. Give the test exactly that name, or correct test-plan.json and have the plan approved again.',
  'layer-missing':
    '{criterion}: the layer {layer} of test "{test}" has no result ({why}). Configure it in .github/harness.yml, or map to another layer.',
} as const;
type Message = keyof typeof messages;

/** Reports spell names as "suite > case"; a plan may leave the suite out. Several hits must all have passed. */
const isNamed = (full: string, wanted: string): boolean => full === wanted || full.endsWith(` > ${wanted}`);

const judgeTest = (criterion: string, test: NamedTest, layers: readonly LayerResult[]): Verdict<Message> => {
  const data = { criterion, layer: test.layer, test: test.name };
  const ran = layers.filter(({ layer, tests }) => layer === test.layer && tests !== undefined);
  if (ran.length === 0) {
    const why = layers.find(({ layer }) => layer === test.layer)?.why ?? 'it did not run';
    return fail('layer-missing', { ...data, why });
  }
  const hits = ran.flatMap(({ tests = [] }) => tests).filter(({ name }) => isNamed(name, test.name));
  if (hits.length === 0) return fail('missing', data);
  if (hits.some(({ status }) => status === 'failed')) return fail('failed', data);
  return hits.some(({ status }) => status === 'skipped') ? fail('skipped', data) : pass('passed', data);
};

const judgeCriterion = (
  { id, text, tests }: PlanSnapshot['criteria'][number],
  layers: readonly LayerResult[],
): Verdict<Message> => {
  if (tests.length === 0) return fail('no-tests', { criterion: id });
  const children = tests.map((test) => judgeTest(id, test, layers));
  const proven = children.every(({ outcome }) => outcome === 'pass');
  return { outcome: proven ? 'pass' : 'fail', messageId: 'criterion', data: { criterion: id, text }, children };
};

export const evidence = defineCheck({
  name: 'evidence',
  summary: 'Every acceptance criterion is proven by its named tests at this head.',
  needs: ['kind', 'head', 'plan', 'criteria', 'evidence'],
  triggers: ['head', 'issue', 'plan', 'evidence'],
  options: z.strictObject({}),
  messages,
  evaluate({ kind, head, plan, criteria: wanted, evidence: results }): Verdict<Message> {
    if (kind !== 'gantry') return skip('not-ours');
    if (!plan) return fail('no-plan');
    if (results?.head !== head) return pending('not-run', { head });
    const unmapped = wanted.filter(({ id }) => !plan.criteria.some((mapped) => mapped.id === id));
    const rows = [...plan.criteria, ...unmapped.map((criterion) => ({ ...criterion, tests: [] }))];
    const children = rows.map((row) => judgeCriterion(row, results.layers));
    const failed = children.filter(({ outcome }) => outcome === 'fail').length;
    const tests = rows.reduce((sum, row) => sum + row.tests.length, 0);
    const data = { head, criteria: String(rows.length), tests: String(tests), failed: String(failed) };
    if (rows.length === 0) return fail('no-plan');
    return failed > 0
      ? { outcome: 'fail', messageId: 'unproven', data, children }
      : { outcome: 'pass', messageId: 'proven', data, children };
  },
});
