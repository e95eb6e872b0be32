// What is wrong with a policy file, for a sentence: one problem on each line.
import type { PolicyRead } from '../../facts/policy.ts';

export const policyProblems = (policy: PolicyRead): Record<string, string> =>
  policy.status === 'broken'
    ? { problems: policy.problems.map(({ line, message }) => `line ${line}: ${message}`).join('\n') }
    : {};
