import { expect, test } from 'vitest';
import { addedLines } from '../../../../adapters/git/text-diff.ts';

const added = (before: string | undefined, after: string) =>
  addedLines('f', before === undefined ? undefined : Buffer.from(before), Buffer.from(after)).map(({ line, text }) => [
    line,
    text,
  ]);

test.each<[string | undefined, string, [number, string][]]>([
  [
    undefined,
    'a\nb\n',
    [
      [1, 'a'],
      [2, 'b'],
    ],
  ],
  [undefined, 'no newline', [[1, 'no newline']]],
  ['a\nb\n', 'b\na\n', []],
  ['a\n', 'a\na\n', [[2, 'a']]],
  ['a\nb\n', 'a\nB\n', [[2, 'B']]],
  ['', '', []],
])('from %j to %j', (before, after, lines) => {
  expect(added(before, after)).toEqual(lines);
});
