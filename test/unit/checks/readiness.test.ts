import { describe, expect, test } from 'vitest';
import { readiness } from '../../../checks/readiness.ts';
import { snapshot } from './snapshot.ts';

const judge = (...texts: string[]) =>
  readiness.evaluate(snapshot({ criteria: texts.map((text, index) => ({ id: `AC-${index + 1}`, text })) }));
const findingOf = (text: string) => judge(text).children?.[0]?.messageId;

describe('testable', () => {
  test.each([
    '`slugify("Hello World")` returns `hello-world`',
    'The command exits with 1 when the file is missing',
    'WHEN the form is sent without a name THEN `Name is missing` is shown',
    'When the cart is empty, the button is disabled',
    'The system shall store each order once',
    'Requests are answered fast: p95 under 200 ms',
    'Users can log in with GitHub',
    'slugify trims leading and trailing dashes',
    'Empty input gives an empty string',
    'Repeated separators collapse into one dash',
    'GET /health → 200',
    'Add is called with two numbers and returns their sum',
    'Create a file: `touch a` exits with 0',
    'ファイルがない場合、終了コードは 1 になる',
    'Il comando termina con 1 se manca il file, e non scrive altro',
  ])('%s', (text) => {
    expect(judge(text)).toMatchObject({ outcome: 'pass', messageId: 'ready', check: 'readiness' });
  });
});

describe('not testable', () => {
  test.each([
    ['Login', 'short'],
    ['Works', 'short'],
    ['The page is fast', 'vague'],
    ['Errors are handled properly', 'vague'],
    ['The UI should be user-friendly', 'vague'],
    ['It supports JSON, YAML, etc', 'vague'],
    ['The result is cached (TBD)', 'undecided'],
    ['Should it return null?', 'undecided'],
    ['It returns null and/or throws', 'undecided'],
    ['Add dark mode', 'no-outcome'],
    ['Refactor the parser', 'no-outcome'],
    ['Write more tests', 'no-outcome'],
    ['Support for JSON', 'no-outcome'],
    ['A page for the admin', 'no-outcome'],
    ['WHEN the file is missing', 'no-outcome'],
  ])('%s: %s', (text, messageId) => {
    expect(findingOf(text)).toBe(messageId);
  });
});

test('no criteria, too many, not ours, unreadable', () => {
  expect(judge()).toMatchObject({ outcome: 'fail', messageId: 'no-criteria' });
  expect(judge(...Array(31).fill('It returns 1'))).toMatchObject({
    outcome: 'fail',
    messageId: 'too-many',
    data: { count: '31', most: '30' },
  });
  expect(readiness.evaluate(snapshot({ kind: 'people', criteria: [] }))).toMatchObject({
    outcome: 'skip',
    messageId: 'not-ours',
  });
  expect(readiness.evaluate(snapshot({ criteria: 'unreadable' }))).toMatchObject({
    outcome: 'error',
    messageId: 'unreadable',
    data: { what: 'criteria' },
  });
});

test('one bad criterion among good ones is named', () => {
  expect(judge('It returns 1', 'The page is fast')).toMatchObject({
    outcome: 'fail',
    messageId: 'not-testable',
    data: { count: '1' },
    children: [{ messageId: 'vague', data: { id: 'AC-2', word: 'fast' }, check: 'readiness' }],
  });
});

test('options', () => {
  expect(readiness.evaluate(snapshot({ criteria: [] }), { most: 1 })).toMatchObject({ messageId: 'no-criteria' });
  expect(() => readiness.evaluate(snapshot(), { most: 'many' })).toThrow();
});
