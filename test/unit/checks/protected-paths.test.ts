import { expect, test } from 'vitest';
import { protectedPaths } from '../../../checks/protected-paths.ts';
import type { ChangedFile } from '../../../src/facts/pull-snapshot.ts';
import { snapshot } from './snapshot.ts';

const file = (differs: Partial<ChangedFile>): ChangedFile => ({
  path: 'src/a.ts',
  status: 'modified',
  inScope: true,
  ...differs,
});

test.each<[string, Partial<ChangedFile>, string | undefined]>([
  ['an ordinary file', {}, undefined],
  ['a protected file', { path: '.github/workflows/ci.yml', protectedBy: '.github/**' }, 'protected'],
  ['a protected file removed', { protectedBy: 'db/**', status: 'removed' }, 'protected'],
  ['a new symbolic link', { newMode: '120000', status: 'added' }, 'symlink'],
  ['a file turned into a link', { oldMode: '100644', newMode: '120000' }, 'symlink'],
  ['a link that was one before', { oldMode: '120000', newMode: '120000' }, undefined],
  ['a new submodule', { newMode: '160000' }, 'submodule'],
])('%s', (_name, differs, messageId) => {
  const verdict = protectedPaths.evaluate(snapshot({ files: [file(differs)] }));
  if (messageId === undefined) expect(verdict).toMatchObject({ outcome: 'pass', messageId: 'untouched' });
  else
    expect(verdict).toMatchObject({ outcome: 'fail', children: [{ messageId, at: [{ path: file(differs).path }] }] });
});

test('people are not bound; unreadable files block', () => {
  const files = [file({ protectedBy: '.github/**' })];
  expect(protectedPaths.evaluate(snapshot({ kind: 'people', files }))).toMatchObject({
    outcome: 'skip',
    messageId: 'not-ours',
  });
  expect(protectedPaths.evaluate(snapshot({ files: 'unreadable' }))).toMatchObject({
    outcome: 'error',
    messageId: 'unreadable',
  });
});
