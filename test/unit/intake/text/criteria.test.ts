import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIssueText } from '../../../../src/intake/text/criteria.ts';

const textsOf = (body: string) => readIssueText({ title: 'T', body }).criteria.map(({ text }) => text);

describe('the section is found', () => {
  test.each([
    ['heading', '## Acceptance criteria\n- a returns 1\n- b returns 2\n\n## Notes\n- c'],
    ['capitals and colon', '### ACCEPTANCE CRITERIA:\n* a returns 1\n* b returns 2'],
    ['emoji and number', '# 3. ✅ Acceptance Criteria\n1. a returns 1\n2. b returns 2'],
    ['bold line', '**Acceptance criteria**\n\n- a returns 1\n- b returns 2\n\n**Notes**\n\n- c'],
    ['bold line with a colon outside', '**Acceptance criteria**:\n- a returns 1\n- b returns 2'],
    ['plain line with a colon', 'Text.\n\nAcceptance criteria:\n- a returns 1\n- b returns 2'],
    ['definition of done', '## Definition of done\n- a returns 1\n- b returns 2'],
    ['task list', '## Acceptance criteria\n- [ ] a returns 1\n- [x] b returns 2'],
    ['windows line ends', '## Acceptance criteria\r\n\r\n- a returns 1\r\n- b returns 2\r\n'],
    ['deeper headings inside', '## Acceptance criteria\n### One\n- a returns 1\n### Two\n- b returns 2\n## Other\n- c'],
    ['template comment inside', '## Acceptance criteria\n<!-- - an example -->\n- a returns 1\n- b returns 2'],
  ])('%s', (_name, body) => {
    expect(readIssueText({ title: 'T', body }).criteria).toEqual([
      { id: 'AC-1', text: 'a returns 1' },
      { id: 'AC-2', text: 'b returns 2' },
    ]);
  });

  test.each([
    ['no section', 'Please add slugs.\n\n- a\n- b'],
    ['only a mention of it', 'The acceptance criteria are clear:\n- a'],
    ['in code', '```\n## Acceptance criteria\n- a\n```'],
    ['in a quote', '> ## Acceptance criteria\n> - a'],
    ['in a comment', '<!--\n## Acceptance criteria\n- a\n-->'],
    ['empty issue form', '### Acceptance criteria\n\n_No response_'],
    ['empty', ''],
  ])('nothing is read: %s', (_name, body) => {
    expect(textsOf(body)).toEqual([]);
  });
});

describe('GIVEN, WHEN, THEN', () => {
  test('in one item, with nested steps', () => {
    expect(
      textsOf('## Acceptance criteria\n- GIVEN a cart\n  - WHEN it is paid\n  - THEN a receipt is sent\n- b returns 2'),
    ).toEqual(['GIVEN a cart WHEN it is paid THEN a receipt is sent', 'b returns 2']);
  });

  test('as items of their own', () => {
    const body =
      '## Acceptance criteria\n- **GIVEN** a cart\n- **WHEN** it is paid\n- **THEN** a receipt is sent\n- **AND** the cart is empty\n- WHEN b\n- THEN c';
    expect(textsOf(body)).toEqual([
      'GIVEN a cart WHEN it is paid THEN a receipt is sent AND the cart is empty',
      'WHEN b THEN c',
    ]);
  });

  test('as whole sentences, one per item or paragraph', () => {
    const sentence = 'When a is missing then it exits with 1';
    expect(textsOf(`## Acceptance criteria\n- ${sentence}\n- ${sentence}`)).toEqual([sentence, sentence]);
    expect(textsOf(`## Acceptance criteria\n\n${sentence}\n\nSome prose.\n\nGiven x\nWhen y\nThen z`)).toEqual([
      sentence,
      'Given x When y Then z',
    ]);
  });
});

test('own numbers are kept where they are in order', () => {
  expect(readIssueText({ title: 'T', body: '## AC\n- AC-1: a returns 1\n- AC-2: b returns 2' }).criteria).toEqual([
    { id: 'AC-1', text: 'a returns 1' },
    { id: 'AC-2', text: 'b returns 2' },
  ]);
  expect(textsOf('## AC\n- AC-2: a returns 1')).toEqual(['AC-2: a returns 1']);
});

test('code keeps its backticks, markup goes', () => {
  expect(
    textsOf('## Acceptance criteria\n- `slug("A b")` **returns** [`a-b`](https://example.org) <b>now</b>'),
  ).toEqual(['`slug("A b")` returns `a-b` now']);
});

test('the digest covers title and body as they came', () => {
  const digest = (title: string, body: string | null) => readIssueText({ title, body }).bodyDigest;
  expect(digest('T', 'b')).toMatch(/^[0-9a-f]{64}$/);
  expect(
    new Set([
      digest('T', 'b'),
      digest('T2', 'b'),
      digest('T', 'b\u200b'),
      digest('T', 'b<!-- x -->'),
      digest('Tb', ''),
      digest('T', null),
    ]).size,
  ).toBe(6);
  expect(digest('T', null)).toBe(digest('T', ''));
});

test('sizes are bounded', () => {
  const many = readIssueText({ title: 'T', body: `## Acceptance criteria\n${'- a returns 1\n'.repeat(300)}` });
  expect(many.criteria).toHaveLength(100);
  const long = readIssueText({ title: 'T', body: `## Acceptance criteria\n- ${'a'.repeat(5_000)}` });
  expect(long.criteria[0]?.text).toHaveLength(1_000);
  expect(readIssueText({ title: 'T', body: 'a'.repeat(100_000) }).body).toHaveLength(65_536);
});

test('any text is read without throwing', () => {
  const piece = fc.constantFrom(
    '## Acceptance criteria\n',
    '- ',
    'GIVEN a ',
    'WHEN ',
    'THEN ',
    '\n',
    '<!--',
    '-->',
    '@bob ',
    '`',
    '> ',
    '[x]: y\n',
    '**',
    '[ ] ',
  );
  const body = fc
    .array(fc.oneof(piece, fc.string({ unit: 'grapheme', maxLength: 10 })), { maxLength: 40 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(body, (text) => {
      const { criteria } = readIssueText({ title: 'T', body: text });
      expect(criteria.map(({ id }) => id)).toEqual(criteria.map((_, index) => `AC-${index + 1}`));
      expect(criteria.every((criterion) => criterion.text.length > 0)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
