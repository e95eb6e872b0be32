// What an issue's text says that it is blocked by, for servers that know no dependencies.
import { expect, test } from 'vitest';
import { readBlockers } from '../../../../src/intake/text/blockers.ts';

test('lines that begin so are read, each number once, and no more than ten', () => {
  expect(readBlockers('Blocked by #12\n- blocked by: #13, #12 and #14\n> **x**')).toEqual([12, 13, 14]);
  expect(readBlockers('It is not blocked by #12.\nSee #3\nBlocked by acme/app#4\nblocked by nothing')).toEqual([]);
  const many = Array.from({ length: 40 }, (_, n) => `#${n + 1}`).join(', ');
  expect(readBlockers(`Blocked by ${many}`)).toHaveLength(10);
});
