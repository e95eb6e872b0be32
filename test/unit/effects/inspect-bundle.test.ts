import { describe, expect, test } from 'vitest';
import type { ChangedFile, TextDiff } from '../../../adapters/git/contract.ts';
import type { CommandOf } from '../../../src/decide/command.ts';
import { planEdit } from '../../../src/effects/gather/plan-edit.ts';
import { placeProblem, secretProblem } from '../../../src/effects/inspect-bundle.ts';

const plan: CommandOf<'InspectBundle'> = {
  ...{ type: 'InspectBundle', run: 'r1', stage: 'plan', artifact: 'a', start: 'a'.repeat(40), base: 'main' },
  ...{ scope: [], protected: [] },
};
const change = 'openspec/changes/add-slug';
const file = (path: string, over: Partial<ChangedFile> = {}): ChangedFile => ({
  ...{ path, status: 'added', oldBlob: null, newBlob: 'b'.repeat(40), oldMode: null, newMode: '100644' },
  ...over,
});
const judge = (...files: ChangedFile[]) =>
  placeProblem(plan, { ok: true, commit: 'c'.repeat(40), tree: 'd'.repeat(40), files });

describe('while planning', () => {
  test('plan files of one change may come', () => {
    const names = [
      'proposal.md',
      'design.md',
      'test-plan.json',
      '.openspec.yaml',
      'specs/a/spec.md',
      'specs/a/b/spec.md',
    ];
    expect(judge(...names.map((name) => file(`${change}/${name}`)))).toBeUndefined();
    expect(judge(file(`${change}/tasks.md`, { status: 'modified', oldMode: '100644' }))).toBeUndefined();
    expect(judge()).toMatchObject({ id: 'bundle-no-plan' });
  });

  test.each([
    ...[
      'run.js',
      'tests/a.md',
      'specs/spec.md',
      'specs/a/spec.md/x',
      'Proposal.md',
      'tasks.md.sh',
      'a/proposal.md',
    ].map((name) => file(`${change}/${name}`)),
    ...['src/a.ts', `x/${change}/tasks.md`, 'openspec/specs/a/spec.md', 'openspec/changes/A/tasks.md'].map((path) =>
      file(path),
    ),
    file(`${change}/design.md`, { newMode: '100755' }),
    file(`${change}/design.md`, { newMode: '120000' }),
    file(`${change}/design.md`, { status: 'removed', newMode: null, newBlob: null }),
    file(`${change}/design.md`, { status: 'renamed', from: 'docs/design.md' }),
    file(`${change}/design.md`, { status: 'type', oldMode: '120000' }),
  ])('$path ($status, $newMode) may not', (one) => {
    const problem = judge(file(`${change}/tasks.md`), one);
    expect(problem).toMatchObject({ id: 'bundle-plan-only', data: { paths: one.path } });
  });

  test('two changes, or the archive, may not', () => {
    const paths = [`${change}/tasks.md`, 'openspec/changes/other/tasks.md'];
    expect(judge(...paths.map((path) => file(path)))).toMatchObject({ data: { paths: paths.join(', ') } });
    expect(judge(file('openspec/changes/archive/tasks.md'))).toMatchObject({ id: 'bundle-plan-only' });
  });
});

describe('an implementation and its plan', () => {
  const folder = 'openspec/changes/add-slug/';
  const texts = new Map(
    Object.entries({ o: '## 1. A\n- [ ] 1.1 Do it', t: '## 1. A\n- [x] 1.1 Do it', e: '## 1. A\n- [x] 1.1 Do more' }),
  );
  const ports = {
    git: {
      readBlobs: async (_: unknown, blobs: readonly string[]) =>
        new Map(
          blobs.flatMap((blob) => (texts.has(blob) ? [[blob, Buffer.from(texts.get(blob) ?? '')] as const] : [])),
        ),
    },
    serverUrl: 'https://github.com',
  };
  const repository = { installation: 1, id: 1, owner: 'acme', name: 'rates' };
  const tasks = (newBlob: string, over: Partial<ChangedFile> = {}) =>
    file(`${folder}tasks.md`, { status: 'modified', oldMode: '100644', oldBlob: 'o', newBlob, ...over });

  test('may tick boxes, and say nothing else there', async () => {
    expect(await planEdit(ports, repository, 'add-slug', [tasks('t'), file('src/a.js')])).toBeUndefined();
    const edits = [
      tasks('e'),
      tasks('unreadable'),
      tasks('t', { newMode: '120000' }),
      tasks('t', { status: 'removed', newBlob: null }),
      file(`${folder}design.md`, { status: 'modified' }),
      file('src/a.js', { status: 'renamed', from: `${folder}design.md` }),
    ];
    for (const edit of edits)
      expect(await planEdit(ports, repository, 'add-slug', [edit])).toEqual({
        id: 'bundle-plan-edited',
        data: { paths: edit.path },
      });
  });
});

describe('credentials', () => {
  const of = (diff: TextDiff) =>
    secretProblem(
      { git: { readTextDiff: async () => diff }, serverUrl: 'https://github.com' },
      { installation: 1, id: 1, owner: 'acme', name: 'rates' },
      ...(['a'.repeat(40), 'b'.repeat(40)] as const),
    );

  test('what was too large to read is refused and named; a large binary file is not', async () => {
    const problem = await of({ lines: [], skipped: [{ path: 'data.csv', why: 'too_large' }] });
    expect(problem).toMatchObject({ id: 'bundle-too_large', data: { detail: expect.stringContaining('data.csv') } });
    expect(await of({ lines: [], skipped: [{ path: 'logo.png', why: 'binary' }] })).toBeUndefined();
  });
});
