import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fill, fillPlainly } from '../../../src/render/fill.ts';
import { atMost, details, table } from '../../../src/render/table.ts';
import { cell, code, fence, grouped, plain, prose, shownTime, text } from '../../../src/render/text.ts';
import { htmlIn, nodesIn, parse, proseIn } from './markdown.ts';

const shownText = (markdown: string): string => proseIn(markdown).replaceAll('\u200b', '');

test.each([
  '<!-- gantry:policy -->',
  '<img src=x onerror=alert(1)>',
  '[click](https://evil.example)',
  '![pixel](https://evil.example/p.png)',
  '<https://evil.example>',
  'https://evil.example and www.evil.example and mail me@evil.example',
  '# heading',
  '- item',
  '1. item',
  '> quote',
  '---',
  '**bold** _it_ ~~gone~~ `code`',
  '[ref]: https://evil.example',
  '- [x] done',
  '| a | b |',
  '&#64;octocat &lt;b&gt;',
  '[^1]',
  '\\*not\\*',
  '$x$ @octocat/team GH-12 #12 octo/repo#12',
])('text shows %j as it is written, as nothing but text', (hostile) => {
  const kinds = new Set(nodesIn(parse(text(hostile))).map(({ type }) => type));
  expect([...kinds].sort()).toEqual(['paragraph', 'root', 'text']);
  expect(shownText(text(hostile))).toBe(hostile);
});

test('text of any kind stays text, notifies nobody and refers to nothing', () => {
  const piece = fc.constantFrom(
    '`',
    '<',
    '>',
    '[',
    ']',
    '(',
    ')',
    '*',
    '_',
    '@a',
    '#1',
    '\\',
    '&#64;',
    '|',
    '\n',
    '!',
    'https://x.y',
    'www.x.y',
    'GH-1',
    'a',
    ' ',
    '-',
    '1.',
    '~',
    '$',
    '\u202e',
    '\ud800',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const rendered = `before ${text(pieces.join(''))} after`;
      expect(nodesIn(parse(rendered)).every(({ type }) => ['root', 'paragraph', 'text'].includes(type))).toBe(true);
      expect(rendered).not.toMatch(/@\w|#\d|GH-\d|:\/\/|www\.\w|[\u202e\ud800]/);
    }),
  );
});

test('code keeps its data together, whatever backticks are in it', () => {
  const piece = fc.constantFrom('`', '``', ' ', 'a', '|', '<!--', '\n', '\\', '@a');
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 10 }), (pieces) => {
      const data = plain(pieces.join(''));
      fc.pre(data !== '');
      const spans = nodesIn(parse(`x ${code(data)} y`)).filter(({ type }) => type === 'inlineCode');
      expect(spans.map((span) => ('value' in span ? span.value : ''))).toEqual([data.replace(/<!--/g, '<!\u200b--')]);
    }),
  );
  expect(code(' \n')).toBe('');
});

test('prose keeps the code of its author as code, and nothing else', () => {
  const piece = fc.constantFrom('`', '``', 'a', ' ', '@a', '[x](y)', '\\', '<b>', '*', '#1');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const rendered = `x ${prose(pieces.join(''))} y`;
      const kinds = nodesIn(parse(rendered)).map(({ type }) => type);
      expect(kinds.every((type) => ['root', 'paragraph', 'text', 'inlineCode'].includes(type))).toBe(true);
      expect(proseIn(rendered)).not.toMatch(/@\w|#\d/);
    }),
  );
  expect(prose('say `hello` to *them*')).toBe('say `hello` to \\*them\\*');
});

test('a fence cannot be closed from inside, keeps the end of a long text, and imitates no marker', () => {
  const rendered = fence('```\n</details>\n<!-- gantry:policy -->\n````');
  expect(nodesIn(parse(rendered)).map(({ type }) => type)).toEqual(['root', 'code']);
  expect(rendered).not.toContain('<!-- gantry');
  expect(fence(`${'a'.repeat(70_000)}end`, 100)).toMatch(/^```text\n…a{97}end\n```$/);
});

test('a cell holds pipes and lines', () => {
  const rendered = table(['A', 'B'], [[text('a|b\\|c'), `${code('x|y')}\nsecond`]]);
  const cells = nodesIn(parse(rendered)).filter(({ type }) => type === 'tableCell');
  expect(cells).toHaveLength(4);
  expect(shownText(rendered)).toContain('a|b\\|c');
  expect(htmlIn(rendered)).toEqual(['<br>']);
  expect(cell('a\n\nb')).toBe('a<br>b');
});

test.each([
  ['short', 10, 'short'],
  ['exactly ten', 11, 'exactly ten'],
  ['a'.repeat(70_000), 5, 'aaaa…'],
  ['🙂🙂🙂', 4, '🙂…'],
  ['a\u0000b\u200bc\u202ed\r\ne', 50, 'abcd e'],
])('plain(%j, %i)', (data, most, expected) => {
  expect(plain(data, most)).toBe(expected);
});

test('tables and lists count what they leave out', () => {
  expect(table(['A'], [['1'], ['2'], ['3']], 12)).toBe('| A |\n|---|\n| 1 |\n| 2 |\n\n… and 1 more');
  expect(table(['A'], [])).toBe('');
  expect(atMost(['- a', '- b', '- c'], 8)).toBe('- a\n- b\n\n… and 1 more');
  expect(details('More', 'x')).toBe('<details><summary>More</summary>\n\nx\n\n</details>');
});

test('the place of a gap decides how it is filled', () => {
  const data = { by: '@mia', branch: 'a`b', digest: '```\nx', list: 'one\n\n# two', hole: '{by}' };
  expect(fill('{by} moved `{branch}`: {hole}', data)).toBe('@\u200bmia moved ``a`b``: {by}');
  expect(fill('```text\n/approve-plan {digest}\n```', data)).toBe("```text\n/approve-plan ''' x\n```");
  expect(fill('Problems:\n\n- {list}\n\nEnd', data)).toBe('Problems:\n\n- one\n- \\# two\n\nEnd');
  expect(fill('{absent} {constructor}', data)).toBe('unknown unknown');
  expect(fillPlainly('`{branch}`:\n\n- {list}\n', data)).toBe('a`b: one; # two');
});

test('a list of very many lines is cut and says so', () => {
  const rendered = fill('- {list}', { list: Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n') });
  expect(rendered.split('\n')).toHaveLength(21);
  expect(rendered).toMatch(/- … and 80 more$/);
});

test('numbers and times are the same on every machine', () => {
  expect([0, 999, 1_000, 1_234_567].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect(shownTime('2026-03-01T10:00:05Z')).toBe('2026-03-01 10:00 UTC');
});
