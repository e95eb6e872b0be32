// Policy file: the policy of the default branch can be read, governs the base, and an edit of it would be readable too.
import { z } from 'zod';
import type { PolicyRead } from '../src/facts/policy.ts';
import type { Verdict } from '../src/facts/verdict.ts';
import { defineCheck, fail, failWith, pass, skip } from './contract.ts';

const path = '.github/harness.yml';

const messages = {
  readable: 'The policy of the default branch is valid.',
  edited: 'This pull request edits the policy; the edit is valid and counts once it is merged.',
  repaired: 'The policy of the default branch is broken; this pull request repairs it.',
  absent:
    'The default branch has no .github/harness.yml, so the defaults apply and no layer is verified. Add the file with `version: 1` and your `layers:`, or run `gantry init`.',
  'ungoverned-base':
    'This pull request targets {base}, which the policy does not govern: a check here would count for the same commit elsewhere. Retarget it to the default branch.',
  broken:
    'The policy of the default branch has {count} problems and nothing can be judged by it. Repair .github/harness.yml there.',
  'edit-broken': 'The policy as edited here has {count} problems and would stop every gate once merged.',
  problem: '.github/harness.yml, line {line}: {problem}.',
} as const;
type Message = keyof typeof messages;

type Broken = Extract<PolicyRead, { status: 'broken' }>;

/** Lines are annotated only where the head holds the file: an annotation on another commit's lines would mislead. */
const problemsOf = (read: Broken, annotate: boolean): Verdict<Message>[] =>
  read.problems.map(({ line, message }) =>
    fail(
      'problem',
      { line: String(line), problem: message.replace(/\.$/, '') },
      annotate ? [{ path, line }] : undefined,
    ),
  );

export const policyFile = defineCheck({
  name: 'policy-file',
  summary: 'The policy can be read, governs the base, and an edit of it is valid.',
  needs: ['base', 'policy', 'editedPolicy'],
  triggers: ['head', 'base', 'policy'],
  options: z.strictObject({}),
  messages,
  evaluate({ base, policy, editedPolicy }): Verdict<Message> {
    if (!base.governed) return fail('ungoverned-base', { base: base.ref });
    if (editedPolicy?.status === 'broken') return failWith('edit-broken', problemsOf(editedPolicy, true));
    if (policy.status === 'broken') {
      if (editedPolicy?.status === 'ok') return pass('repaired');
      return failWith('broken', problemsOf(policy, editedPolicy === undefined));
    }
    if (editedPolicy?.status === 'ok') return pass('edited');
    return policy.status === 'absent' ? skip('absent') : pass('readable');
  },
});
