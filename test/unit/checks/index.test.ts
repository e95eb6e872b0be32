import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checks, judge, sentence } from '../../../checks/index.ts';
import { PullSnapshot } from '../../../src/facts/pull-snapshot.ts';
import { all, type allMessages, Outcome, Verdict } from '../../../src/facts/verdict.ts';
import { snapshot } from './snapshot.ts';

const root = new URL('../../../', import.meta.url);
const stems = (folder: string, ending: string) =>
  readdirSync(new URL(folder, root))
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .filter((stem) => !['contract', 'index', 'snapshot'].includes(stem))
    .sort();
const names = checks.map(({ name }) => name).sort();

test('the folder is the registry: one source, one test, one page per check', () => {
  expect(stems('checks', '.ts')).toEqual(names);
  expect(stems('test/unit/checks', '.test.ts')).toEqual(names);
  expect(stems('docs/checks', '.md')).toEqual(names);
});

describe.each(checks.map((check) => [check.name, check] as const))('%s', (name, check) => {
  const page = existsSync(new URL(`docs/checks/${name}.md`, root))
    ? readFileSync(new URL(`docs/checks/${name}.md`, root), 'utf8')
    : '';
  const source = readFileSync(new URL(`checks/${name}.ts`, root), 'utf8');

  test('its page has its summary, every message and every option', () => {
    expect(page).toContain(`# ${name}`);
    expect(page).toContain(check.summary);
    for (const [id, text] of Object.entries(check.messages))
      expect(page).toContain(`| \`${id}\` | ${text.replaceAll('|', '\\|')} |`);
    const options = z.toJSONSchema(check.options, { io: 'input' }).properties ?? {};
    for (const option of Object.keys(options)) expect(page).toContain(`\`${option}\``);
  });

  test('its options have defaults, its needs exist, its messages are used and are sentences', () => {
    expect(check.options.safeParse({}).success).toBe(true);
    for (const need of check.needs) expect(Object.keys(PullSnapshot.shape)).toContain(need);
    expect(check.triggers.length).toBeGreaterThan(0);
    for (const [id, text] of Object.entries(check.messages)) {
      if (id !== 'unreadable')
        expect(source.split(`'${id}'`).length + source.split(`  ${id}:`).length).toBeGreaterThan(2);
      expect(text).toMatch(/[.}]$/);
    }
  });

  test('its verdict on a sound pull request is a valid verdict whose sentence has no hole', () => {
    const verdict = check.evaluate(snapshot());
    expect(Verdict.safeParse(verdict).success).toBe(true);
    expect(verdict.check).toBe(name);
    expect(sentence(verdict)).not.toMatch(/[{}]/);
  });
});

test('a sound pull request passes all, and every snapshot in these tests is one', () => {
  expect(PullSnapshot.safeParse(snapshot()).error).toBeUndefined();
  expect(judge(snapshot())).toMatchObject({ outcome: 'pass', check: 'governance', messageId: 'all.passed' });
});

test('a pull request of a person is judged by what binds people', () => {
  const verdict = judge(snapshot({ kind: 'people', plan: undefined, criteria: [], evidence: undefined }));
  expect(verdict.outcome).toBe('pass');
  expect(verdict.children?.map(({ check, outcome }) => `${check} ${outcome}`)).toMatchInlineSnapshot(`
    [
      "policy-file pass",
      "readiness skip",
      "plan-conformance skip",
      "protected-paths skip",
      "secrets pass",
      "evidence skip",
    ]
  `);
});

describe('all', () => {
  const of = (...outcomes: Outcome[]) =>
    all(
      'x',
      outcomes.map((outcome, index) => ({ outcome, messageId: 'm', data: {}, check: `c${index}` })),
    );

  test.each<[Outcome[], Outcome, keyof typeof allMessages]>([
    [[], 'error', 'all.skipped'],
    [['skip', 'skip'], 'error', 'all.skipped'],
    [['skip', 'pass'], 'pass', 'all.passed'],
    [['pass', 'pending'], 'pending', 'all.pending'],
    [['pending', 'fail', 'pass'], 'fail', 'all.failed'],
    [['fail', 'error', 'pass'], 'error', 'all.unreadable'],
  ])('%j is %s', (outcomes, outcome, messageId) => {
    expect(of(...outcomes)).toMatchObject({ outcome, messageId, check: 'x' });
    expect(sentence(of(...outcomes))).not.toMatch(/[{}]/);
  });

  test('passes only if nothing else than skipped ones is left', () => {
    for (const first of Outcome.options)
      for (const second of Outcome.options)
        for (const third of Outcome.options) {
          const passes =
            [first, second, third].every((one) => one === 'pass' || one === 'skip') &&
            [first, second, third].includes('pass');
          expect(of(first, second, third).outcome === 'pass').toBe(passes);
        }
  });
});

test('data is escaped as the place asks, and never read as a template', () => {
  const verdict: Verdict = {
    outcome: 'fail',
    messageId: 'protected',
    check: 'protected-paths',
    data: { path: '{glob}<b>', glob: '$&' },
  };
  expect(sentence(verdict, (data) => data.replace('<', '&lt;'))).toContain('{glob}&lt;b> is protected by `$&`');
  expect(sentence({ outcome: 'fail', messageId: 'nobody-defined-this', data: {} })).toBe('nobody-defined-this');
});
