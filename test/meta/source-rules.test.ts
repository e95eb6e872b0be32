// The house rules that single files can break, over all of our code; and each of them broken on purpose.
import { expect, test } from 'vitest';
import { read, shipped, testCode } from './project-files.ts';
import { breaches, sourceRules } from './source-rules.ts';

const files = [...shipped(), ...testCode(), 'vitest.config.ts'].map((file) => [file, read(file)] as const);

test('every folder of code was read', () => {
  for (const folder of [
    'src/facts/',
    'src/decide/',
    'adapters/agent/',
    'checks/',
    'test/unit/',
    'test/world/',
    'bench/',
  ])
    expect(
      files.some(([file]) => file.startsWith(folder)),
      folder,
    ).toBe(true);
  expect(files.length).toBeGreaterThan(400);
});

test.each(sourceRules)('$name', (rule) => {
  expect(breaches(rule, files)).toEqual([]);
});

/** One file that breaks the rule of that name, at that line, and one that looks like it and does not. */
const planted: Readonly<Record<string, { file: string; bad: readonly string[]; good: readonly string[] }>> = {
  'at most 250 lines': {
    file: 'src/long.ts',
    bad: ['line\n'.repeat(251)],
    good: ['line\n'.repeat(250)],
  },
  'a header comment says what the file is for': {
    file: 'src/bare.ts',
    bad: ['export const a = 1;\n', '\n// too late\n', '//\nexport const a = 1;\n'],
    good: ['// What it is for.\n', '#!/usr/bin/env node\n// What it is for.\n'],
  },
  'named exports only': {
    file: 'checks/own.ts',
    bad: ['export default 1;', 'export default function a() {}'],
    good: ['export const text = "export default 1";'],
  },
  'no any': {
    file: 'src/loose.ts',
    bad: ['const a: any = 1;', 'const b = c as any;', 'function d(e: any[]) {}', 'type F = Record<string, any>;'],
    good: ['const any = "any"; // any', 'const a: unknown = 1;'],
  },
  'no cast through unknown or any': {
    file: 'test/unit/cast.ts',
    bad: ['const a = b as unknown as string;', 'const a = (b as unknown) as string;'],
    good: ['const a = f(b as unknown) as string;', 'const a = b as string;'],
  },
  'the type checker is never silenced': {
    file: 'src/silent.ts',
    bad: ['// @ts-expect-error later', '// @ts-ignore', '/* @ts-nocheck */'],
    good: ['const text = "@ts-ignore";'],
  },
  'nothing unfinished': {
    file: 'src/half.ts',
    bad: ['// TODO: the rest', ' * FIXME'],
    good: ["const words = ['TODO'];"],
  },
  'no error is swallowed without a reason': {
    file: 'src/quiet.ts',
    bad: ['try { a(); } catch {}', 'await a().catch(() => undefined);', 'a().catch(() => {});'],
    good: ['// Absent is as good as removed.\nawait a().catch(() => undefined);', 'try { a(); } catch { b(); }'],
  },
  'only roots read the environment': {
    file: 'src/effects/where.ts',
    bad: ['const { A } = process.env;', 'const a = process.env.A;', "import { env } from 'node:process';"],
    good: ["const program = 'console.log(process.env.A)';", 'const { env } = settings;'],
  },
  'no test is focused or left to do': {
    file: 'test/unit/focus.test.ts',
    bad: [
      "test.only('a', () => {});",
      "describe.only('a', () => {});",
      "test.todo('a');",
      "it.only.each([1])('a', f);",
    ],
    good: ["test('values.only', () => {});"],
  },
  'a skipped test says why': {
    file: 'test/unit/skip.test.ts',
    bad: ["test.skip('a', f);", "test.skipIf(!there)('a', f);", 'context.skip();', "describe.runIf(there)('a', f);"],
    good: [`test.skipIf(!there)(\`a (skipped: \${why})\`, f);`, "context.skip('no bubblewrap here');"],
  },
  'tests wait for conditions, not for time': {
    file: 'test/unit/wait.test.ts',
    bad: [
      "import { setTimeout as wait } from 'node:timers/promises';",
      'await new Promise((done) => setTimeout(done, 10));',
      'await new Promise((done) => { setTimeout(() => done(1), 10); });',
    ],
    good: ['const clock = setTimeout(kill, 1_000);', "await until('it is there', () => there);"],
  },
  'no module is mocked': {
    file: 'test/unit/mock.test.ts',
    bad: ["vi.mock('../../src/app.ts');", "vi.doMock('a', () => ({}));"],
    good: ['const spy = vi.fn();', 'model.mock();'],
  },
};

test('every rule finds what is planted for it, and nothing in what only looks like it', () => {
  expect(Object.keys(planted).sort()).toEqual(sourceRules.map(({ name }) => name).sort());
  for (const rule of sourceRules) {
    const { file, bad, good } = planted[rule.name] ?? { file: '', bad: [], good: [] };
    for (const text of bad) expect(breaches(rule, [[file, text]]), text).toHaveLength(1);
    for (const text of good) expect(breaches(rule, [[file, text]]), text).toEqual([]);
  }
});

test('what a rule leaves out is only what it says', () => {
  const covered = (name: string, file: string) => sourceRules.find((rule) => rule.name === name)?.covers(file);
  expect(covered('only roots read the environment', 'src/cli/doctor.ts')).toBe(false);
  expect(covered('only roots read the environment', 'adapters/agent/codex/codex.ts')).toBe(true);
  expect(covered('only roots read the environment', 'adapters/agent/conformance.ts')).toBe(false);
  expect(covered('tests wait for conditions, not for time', 'test/scene/until.ts')).toBe(false);
  expect(covered('tests wait for conditions, not for time', 'test/scene/scene.ts')).toBe(true);
  expect(covered('tests wait for conditions, not for time', 'test/world/faults.ts')).toBe(false);
  expect(covered('tests wait for conditions, not for time', 'test/world/actions/run.test.ts')).toBe(true);
  expect(covered('named exports only', 'src/app.ts')).toBe(true);
});
