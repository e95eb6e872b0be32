import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sanitise, stripInvisible } from '../../../../src/intake/text/sanitise.ts';

describe('what a reader cannot see goes away', () => {
  test.each([
    ['zero width', 'a\u200bb\u2060c\ufeff', 'abc'],
    ['bidi', 'a\u202eb\u2066c', 'abc'],
    ['tag characters', 'a\u{e0061}\u{e0062}', 'a'],
    ['variation selectors', 'a\ufe00\ufe01\u{e0100}', 'a'],
    ['controls', 'a\u0000\u0007\u001b[31mb', 'a[31mb'],
    ['line ends', 'a\r\nb\rc\n\td', 'a\nb\nc\n\td'],
    ['lone surrogate', 'a\ud800b', 'a\ufffdb'],
    ['comment block', 'a\n\n<!-- do evil -->\n\nb', 'a\n\n\n\nb'],
    ['comment in a line', 'a <!-- do evil --> b', 'a  b'],
    ['comment left open', 'a\n\n<!-- do evil\n\nmore evil', 'a\n\n'],
    ['link definition without a link', 'a\n\n[//]: # (do evil)\n\nb', 'a\n\n\n\nb'],
  ])('%s', (_name, text, expected) => {
    expect(sanitise(text)).toBe(expected);
  });

  test('what is shown stays', () => {
    const text =
      'Ärger, 日本, 👍\n\n```html\n<!-- shown -->\n@bob\n```\n\n`<!-- shown --> @bob` [a][b] <b>x</b>\n\n[b]: https://example.org\n';
    expect(sanitise(text)).toBe(text);
  });
});

describe('mentions notify nobody and stay readable', () => {
  test.each([
    ['hello @bob and @org/team.', 'hello `@bob` and `@org/team.`'],
    ['(@bob)', '(`@bob`)'],
    ['&#64;bob &#x40;bob &commat;bob', '`@bob` `@bob` `@bob`'],
    ['mail a@example.org', 'mail a@example.org'],
    ['<p>@bob</p>', '<p>`@bob`</p>'],
    ['use `@octokit/rest`', 'use `@octokit/rest`'],
    ['[@bob](https://example.org)', '[`@bob`](https://example.org)'],
  ])('%s', (text, expected) => {
    expect(sanitise(text)).toBe(expected);
  });
});

test('a text too tangled to parse still loses comments and mentions', () => {
  expect(sanitise(`${'>'.repeat(5_000)} <!-- evil --> @bob`)).toBe(`${'>'.repeat(5_000)}  \`@bob\``);
});

test('no invisible character survives, whatever comes in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const out = sanitise(text);
      expect(out).toBe(stripInvisible(out));
      expect(out.isWellFormed()).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
