import { expect, test } from 'vitest';
import { createTail } from '../../../../adapters/sandbox/tail.ts';

test.each([
  [[], '', false],
  [['ab'], 'ab', false],
  [['ab', 'cd'], 'abcd', false],
  [['abcd', 'e'], 'bcde', true],
  [['abcdefgh'], 'efgh', true],
  [['a', 'b', 'c', 'd', 'e', 'f'], 'cdef', true],
])('of %j four bytes stay: %j', (chunks, kept, truncated) => {
  const tail = createTail(4);
  for (const chunk of chunks) tail.push(Buffer.from(chunk));
  expect([tail.bytes().toString(), tail.truncated()]).toEqual([kept, truncated]);
});
