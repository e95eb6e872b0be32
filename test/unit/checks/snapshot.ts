// A pull request in which every check passes; a test names only what differs.

import { Policy } from '../../../src/facts/policy.ts';
import type { PullSnapshot } from '../../../src/facts/pull-snapshot.ts';

export const head = 'a'.repeat(40);

export const snapshot = (differs: Partial<PullSnapshot> = {}): PullSnapshot => ({
  head,
  base: { ref: 'main', sha: 'b'.repeat(40), governed: true },
  kind: 'gantry',
  policy: { status: 'ok', policy: Policy.parse({ version: 1 }), blob: 'c'.repeat(40) },
  files: [
    { path: 'src/slug.ts', status: 'added', newMode: '100644', inScope: true },
    { path: 'openspec/changes/add-slug/tasks.md', status: 'modified', inScope: false },
  ],
  plan: {
    changeId: 'add-slug',
    commit: 'd'.repeat(40),
    digest: 'e'.repeat(64),
    baseDigest: 'f'.repeat(64),
    baseRef: 'main',
    scope: ['src/**'],
    criteria: [
      { id: 'AC-1', text: '`slug("A b")` returns `a-b`', tests: [{ layer: 'unit', name: 'slug > joins words' }] },
    ],
    validation: { valid: true, problems: [] },
    files: [],
  },
  criteria: [{ id: 'AC-1', text: '`slug("A b")` returns `a-b`' }],
  secrets: [],
  evidence: {
    head,
    layers: [
      {
        layer: 'unit',
        conclusion: 'success',
        why: 'passed',
        tests: [{ name: 'slug > joins words', status: 'passed' }],
      },
    ],
  },
  ...differs,
});
