import { expect, test } from 'vitest';
import { policyFile } from '../../../checks/policy-file.ts';
import type { PolicyRead } from '../../../src/facts/policy.ts';
import { snapshot } from './snapshot.ts';

const ok = snapshot().policy;
const absent: PolicyRead = { status: 'absent' };
const broken: PolicyRead = {
  status: 'broken',
  blob: 'c'.repeat(40),
  problems: [{ line: 3, message: 'unknown key `agnet`.' }],
};
const at = [{ path: '.github/harness.yml', line: 3 }];
const problem = { messageId: 'problem', data: { line: '3', problem: 'unknown key `agnet`' } };

test.each([
  ['valid', { policy: ok }, { outcome: 'pass', messageId: 'readable' }],
  ['absent', { policy: absent }, { outcome: 'skip', messageId: 'absent' }],
  ['broken', { policy: broken }, { outcome: 'fail', messageId: 'broken', children: [{ ...problem, at }] }],
  ['broken without a reason', { policy: { ...broken, problems: [] } }, { outcome: 'fail', messageId: 'broken' }],
  ['valid edit', { policy: ok, editedPolicy: ok }, { outcome: 'pass', messageId: 'edited' }],
  ['first policy', { policy: absent, editedPolicy: ok }, { outcome: 'pass', messageId: 'edited' }],
  [
    'broken edit',
    { policy: ok, editedPolicy: broken },
    { outcome: 'fail', messageId: 'edit-broken', children: [{ ...problem, at }] },
  ],
  ['repair', { policy: broken, editedPolicy: ok }, { outcome: 'pass', messageId: 'repaired' }],
  [
    'removal of a broken policy',
    { policy: broken, editedPolicy: absent },
    { outcome: 'fail', messageId: 'broken', children: [problem] },
  ],
  [
    'lax base',
    { base: { ...snapshot().base, ref: 'lax', governed: false } },
    { outcome: 'fail', messageId: 'ungoverned-base', data: { base: 'lax' } },
  ],
])('%s', (_name, differs, expected) => {
  expect(policyFile.evaluate(snapshot(differs))).toMatchObject(expected);
});
