import { expect, test } from 'vitest';
import type { ChangedFile } from '../../../../adapters/git/contract.ts';
import { steeringFiles } from '../../../../src/runner/agent/steering-files.ts';

const [old, fresh] = ['a'.repeat(40), 'b'.repeat(40)];
const change = (over: Partial<ChangedFile> & Pick<ChangedFile, 'path' | 'status'>): ChangedFile => ({
  ...{ oldBlob: old, oldMode: '100644', newBlob: fresh, newMode: '100644' },
  ...over,
});
const none = { oldBlob: null, oldMode: null };
const atBase = { mode: '100644', blob: old };

test.each<[string, ChangedFile, ReturnType<typeof steeringFiles>]>([
  ['an edit', change({ path: 'AGENTS.md', status: 'modified' }), [{ path: 'AGENTS.md', at: atBase }]],
  ['in any folder', change({ path: 'src/AGENTS.md', status: 'modified' }), [{ path: 'src/AGENTS.md', at: atBase }]],
  ['in any case', change({ path: 'agents.MD', status: 'modified' }), [{ path: 'agents.MD', at: atBase }]],
  ['a new one', change({ path: '.codex/a/b', status: 'added', ...none }), [{ path: '.codex/a/b', at: null }]],
  ['a link in its place', change({ path: '.codex', status: 'type' }), [{ path: '.codex', at: atBase }]],
  ['a removal', change({ path: 'AGENTS.md', status: 'removed' }), [{ path: 'AGENTS.md', at: atBase }]],
  ['moved there', change({ path: 'AGENTS.md', from: 'a.md', status: 'renamed' }), [{ path: 'AGENTS.md', at: null }]],
  ['moved away', change({ path: 'a.md', from: 'AGENTS.md', status: 'renamed' }), [{ path: 'AGENTS.md', at: atBase }]],
  ['copied away', change({ path: 'a.md', from: 'AGENTS.md', status: 'copied' }), []],
  ['anything else', change({ path: 'src/a.ts', status: 'modified' }), []],
])('%s', (_, changed, held) => {
  expect(steeringFiles([changed], ['**/AGENTS.md', '.codex/**'], new Map())).toEqual(held);
});

test('what a link of the base leads to', () => {
  const changed = [change({ path: 'CLAUDE.md', status: 'modified' }), change({ path: 'a.md', status: 'modified' })];
  const links = new Map([['AGENTS.md', 'CLAUDE.md']]);
  expect(steeringFiles(changed, ['**/AGENTS.md'], links)).toEqual([{ path: 'CLAUDE.md', at: atBase }]);
});
