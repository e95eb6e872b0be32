import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bug } from '../../../../src/errors.ts';
import { scopeProblem } from '../../../../src/facts/plan.ts';
import { blobId, planDigest, readTestPlan } from '../../../../src/intake/text/plan.ts';
import { maskTasks } from '../../../../src/intake/text/tasks.ts';

const testPlan = {
  version: 1,
  scope: ['src/**', 'test/slug.test.ts'],
  criteria: [{ id: 'AC-1', text: 'a returns 1', tests: [{ layer: 'unit', name: 'slug > lower case' }] }],
};
const problemsOf = (plan: unknown) => {
  const read = readTestPlan(typeof plan === 'string' ? plan : JSON.stringify(plan));
  return read.status === 'broken' ? read.problems : [];
};

test('a test plan is read', () => {
  expect(readTestPlan(JSON.stringify(testPlan))).toEqual({ status: 'ok', plan: testPlan });
});

describe('a test plan that does not fit is refused, field by field', () => {
  test.each([
    ['not JSON', '{', /^test-plan.json is not JSON/],
    ['other version', { ...testPlan, version: 2 }, /^version: /],
    ['no scope', { ...testPlan, scope: [] }, /^scope: /],
    ['101 globs', { ...testPlan, scope: Array(101).fill('src/**') }, /^scope: /],
    ['everything', { ...testPlan, scope: ['**'] }, /^scope.0: "\*\*" covers the whole repository/],
    ['parent', { ...testPlan, scope: ['src/../../x'] }, /^scope.0: .* ".." segment/],
    ['no test', { ...testPlan, criteria: [{ ...testPlan.criteria[0], tests: [] }] }, /^criteria.0.tests: /],
    [
      'unknown layer',
      { ...testPlan, criteria: [{ ...testPlan.criteria[0], tests: [{ layer: 'e2e', name: 'a' }] }] },
      /^criteria.0.tests.0.layer: /,
    ],
    ['unknown key', { ...testPlan, extra: 1 }, /extra/],
    [
      'same criterion twice',
      { ...testPlan, criteria: [testPlan.criteria[0], testPlan.criteria[0]] },
      /AC-1 stands there twice/,
    ],
    ['huge', 'x'.repeat(300_000), /more than 262144 characters/],
  ])('%s', (_name, plan, expected) => {
    expect(problemsOf(plan)[0]).toMatch(expected);
  });
});

describe('scope', () => {
  test.each([
    'src/**',
    'package.json',
    'test/*.test.ts',
    'docs/{a,b}/**',
    'app/[slug]/page.tsx',
    '.eslintrc.json',
    '*.md',
  ])('%s may be', (glob) => {
    expect(scopeProblem(glob)).toBeUndefined();
  });
  test.each([
    '**',
    '*',
    '**/*',
    '*/**',
    '**/*.ts',
    '**/src/**',
    '{,*}/**',
    '{**,a}/b',
    '?*/**',
    '.*/**',
    '/etc/**',
    'C:/x',
    'src\\**',
    '../x',
    './src/**',
    'src//x',
    'src/',
    '!src/**',
    '{src,**}',
    '{,src}/**',
    '*{a,}/**',
    '*(a)/b',
    '*s*/**',
    '{..,a}/b',
    'a/{b,../..}',
  ])('%s may not be', (glob) => {
    expect(scopeProblem(glob)).toBeDefined();
  });
});

test('blob ids are those of git', () => {
  expect(blobId('')).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
  expect(blobId('hello\n')).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
  expect(blobId(Buffer.from('hello\n'))).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
});

const folder = 'openspec/changes/add-slug';
const files = (tasks: string, proposal = 'Why') => [
  { path: `${folder}/tasks.md`, content: tasks },
  { path: `${folder}/proposal.md`, content: proposal },
];

describe('plan digest', () => {
  test('does not depend on the order of the files, nor on blob or content', () => {
    const [tasks, proposal] = files('- [ ] 1.1 a');
    const byBlob = { path: `${folder}/proposal.md`, blob: blobId('Why') };
    expect(planDigest([tasks!, proposal!])).toBe(planDigest([byBlob, tasks!]));
  });

  test('changes with a path, a content, an added and a removed file', () => {
    const base = files('- [ ] 1.1 a');
    const variants = [
      base,
      files('- [ ] 1.1 b'),
      files('- [ ] 1.1 a', 'Why not'),
      base.slice(0, 1),
      [...base, { path: `${folder}/x`, content: '' }],
    ];
    expect(new Set(variants.map(planDigest)).size).toBe(variants.length);
  });

  test('only tasks.md of the change itself is masked', () => {
    const other = (text: string) => [{ path: `${folder}/specs/slug/tasks.md`, content: text }];
    expect(planDigest(other('- [ ] a'))).not.toBe(planDigest(other('- [x] a')));
  });

  test('tasks.md by blob, or a path twice, is a defect of the caller', () => {
    expect(() => planDigest([{ path: `${folder}/tasks.md`, blob: blobId('') }])).toThrow(Bug);
    expect(() => planDigest([...files(''), ...files('')])).toThrow(Bug);
  });
});

describe('task boxes', () => {
  test.each([
    ['- [x] a', '- [ ] a'],
    ['- [X] a\n  - [x] b', '- [ ] a\n  - [ ] b'],
    ['1. [x]\ta', '1. [ ]\ta'],
    ['* [x] [x] a', '* [ ] [x] a'],
    ['> - [x] a', '> - [ ] a'],
    ['\ufeff- [x] a', '\ufeff- [ ] a'],
    ['- [x] a\r\n- [x] b\r\n', '- [ ] a\r\n- [ ] b\r\n'],
  ])('%j is emptied', (text, masked) => {
    expect(maskTasks(text)).toBe(masked);
  });

  test.each([
    'a [x] b',
    '`- [x] a`',
    '```\n- [x] a\n```',
    '    - [x] a',
    '- a [x]',
    '- [x](https://example.org)',
    '# [x] a',
    '- [y] a',
    '<!--\n- [x] a\n-->',
    '- [x]',
  ])('%j stays', (text) => {
    expect(maskTasks(text)).toBe(text);
  });

  const line = fc.oneof(
    fc.constantFrom(
      '## 1. Group',
      '',
      '```',
      'text [x] text',
      '> quote',
      '[x]: https://example.org',
      '    - [x] code',
      '<!--',
      '-->',
      '***',
    ),
    fc
      .tuple(
        fc.constantFrom('- ', '  - ', '* ', '1. ', '> - '),
        fc.constantFrom('[ ] ', '[x] ', '[X] ', '[ ]', '[x]\t', ''),
        fc.string({ maxLength: 12 }),
      )
      .map((parts) => parts.join('')),
  );
  const tasks = fc.array(line, { maxLength: 25 }).map((lines) => lines.join('\n'));

  test('ticking any of them leaves the digest, whatever stands around', () => {
    fc.assert(
      fc.property(tasks, fc.infiniteStream(fc.constantFrom(' ', 'x', 'X')), (text, ticks) => {
        const masked = maskTasks(text);
        const boxes = boxOffsets(text);
        const ticked = text.split('');
        for (const offset of boxes) ticked[offset] = ticks.next().value ?? ' ';
        expect(maskTasks(ticked.join(''))).toBe(masked);
        expect(planDigest(files(ticked.join('')))).toBe(planDigest(files(text)));
      }),
      { numRuns: 300 },
    );
  });

  test('any other edit changes it', () => {
    fc.assert(
      fc.property(
        tasks,
        fc.nat(),
        fc.nat({ max: 3 }),
        fc.string({ minLength: 1, maxLength: 3 }),
        (text, where, drop, put) => {
          const at = text.length === 0 ? 0 : where % text.length;
          const edited = text.slice(0, at) + put + text.slice(at + drop);
          const isTick = maskTasks(edited) === maskTasks(text);
          // The mask may hide an edit only if it is one of a box: same length, and different at most at box offsets.
          if (!isTick) expect(planDigest(files(edited))).not.toBe(planDigest(files(text)));
          else {
            const boxes = new Set([...boxOffsets(text), ...boxOffsets(edited)]);
            expect(edited).toHaveLength(text.length);
            for (let index = 0; index < text.length; index++)
              if (text[index] !== edited[index]) expect(boxes.has(index)).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** Independent of the implementation: a box is where writing a tick changes what the mask hides. */
function boxOffsets(text: string): number[] {
  const masked = maskTasks(text);
  const offsets: number[] = [];
  for (const { index } of text.matchAll(/\[[ xX]\]/g)) {
    const at = index + 1;
    const other = `${text.slice(0, at)}${text[at] === 'x' ? 'X' : 'x'}${text.slice(at + 1)}`;
    if (maskTasks(other) === masked) offsets.push(at);
  }
  return offsets;
}
