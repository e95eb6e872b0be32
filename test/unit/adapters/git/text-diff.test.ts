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

test('a binary file is read byte by byte, UTF-16 as the text that it is', () => {
  const texts = (bytes: Buffer) => addedLines('f', undefined, bytes).map(({ text }) => text);
  expect(texts(Buffer.from('\0\xffkey=one\0end\ntwo', 'latin1'))).toEqual([' \xffkey=one end', 'two']);
  expect(texts(Buffer.from('key=one\ntwo', 'utf16le'))).toEqual(['key=one', 'two']);
});

test('a file with more lines than a call has arguments', () => {
  expect(addedLines('f', undefined, Buffer.from('\n'.repeat(300_000)))).toHaveLength(300_000);
});
