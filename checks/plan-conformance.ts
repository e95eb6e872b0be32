// Plan conformance: the plan is valid, proves every criterion, and the change stays inside it.
import { z } from 'zod';
import { changeFolder, isPlanFile, type PlanSnapshot, scopeProblem } from '../src/facts/plan.ts';
import type { ChangedFile, PullSnapshot } from '../src/facts/pull-snapshot.ts';
import type { Verdict } from '../src/facts/verdict.ts';
import { defineCheck, fail, failEach, pass, skip } from './contract.ts';

const messages = {
  conforms:
    'The plan {change} is valid, maps {criteria} criteria to tests, and the {files} changed files are inside it.',
  'not-ours': 'People work without a plan of Gantry: nothing to compare with.',
  'no-plan':
    'There is no readable plan in this pull request. Restore the change under openspec/changes/, or type `/retry` for a new plan.',
  deviates: 'The plan or the change deviates in {count} places.',
  invalid: 'openspec validate refuses the plan: {problem}. Correct the file it names and push.',
  unmapped: '{id} has no test in test-plan.json, so nothing would prove it. Map it to at least one named test.',
  'unknown-criterion':
    '{id} is in test-plan.json but not in the issue. Take it out, or add the criterion to the issue.',
  'criterion-changed':
    '{id} reads differently in test-plan.json than in the issue. Write it there as the issue does, or type `/retry` for a new plan.',
  'no-scope': 'test-plan.json names no scope. List the files and folders the change may touch.',
  'scope-too-wide': 'The scope "{glob}" {problem}.',
  'out-of-scope':
    '{path} is changed but outside the approved scope. Undo it, or widen the scope and have the plan approved again.',
} as const;
type Message = keyof typeof messages;

const validity = ({ validation, changeId }: PlanSnapshot): Verdict<Message>[] => {
  if (validation.valid) return [];
  const problems = validation.problems.length > 0 ? validation.problems : [`${changeId} is not valid`];
  return problems.map((problem) => fail('invalid', { problem }));
};

/** Lines may be wrapped elsewhere; every other difference is one of meaning. */
const oneSpaced = (text: string): string => text.trim().replace(/\s+/g, ' ');

const mapping = (plan: PlanSnapshot, wanted: PullSnapshot['criteria'] & object): Verdict<Message>[] => {
  const mapped = new Set(plan.criteria.filter(({ tests }) => tests.length > 0).map(({ id }) => id));
  const known = new Map(wanted.map(({ id, text }) => [id, oneSpaced(text)]));
  return [
    ...wanted.filter(({ id }) => !mapped.has(id)).map(({ id }) => fail('unmapped', { id })),
    ...plan.criteria.filter(({ id }) => !known.has(id)).map(({ id }) => fail('unknown-criterion', { id })),
    ...plan.criteria
      .filter(({ id, text }) => known.has(id) && known.get(id) !== oneSpaced(text))
      .map(({ id }) => fail('criterion-changed', { id })),
  ];
};

const scope = (plan: PlanSnapshot): Verdict<Message>[] => {
  if (plan.scope.length === 0) return [fail('no-scope')];
  return plan.scope.flatMap((glob) => {
    const problem = scopeProblem(glob);
    return problem === undefined ? [] : [fail('scope-too-wide', { glob, problem })];
  });
};

const membership = (plan: PlanSnapshot, files: readonly ChangedFile[]): Verdict<Message>[] => {
  const folder = changeFolder(plan.changeId);
  // A script in the change's folder is no plan: nobody reads it as one.
  const isPart = (path: string) => path.startsWith(folder) && isPlanFile(path);
  const inPlan = ({ path, from }: ChangedFile) => isPart(path) && isPart(from ?? path);
  const outside = files.filter((file) => !file.inScope && !inPlan(file));
  return outside.map(({ path }) => fail('out-of-scope', { path }, [{ path }]));
};

export const planConformance = defineCheck({
  name: 'plan-conformance',
  summary: 'The plan is valid and maps every criterion to a test, and the change stays within its scope.',
  needs: ['kind', 'plan', 'criteria', 'files'],
  triggers: ['head', 'base', 'issue', 'plan'],
  options: z.strictObject({}),
  messages,
  evaluate({ kind, plan, criteria, files }): Verdict<Message> {
    if (kind !== 'gantry') return skip('not-ours');
    if (!plan) return fail('no-plan');
    const findings = [...validity(plan), ...mapping(plan, criteria), ...scope(plan), ...membership(plan, files)];
    const data = { change: plan.changeId, criteria: String(plan.criteria.length), files: String(files.length) };
    return failEach(findings, pass('conforms', data), 'deviates');
  },
});
