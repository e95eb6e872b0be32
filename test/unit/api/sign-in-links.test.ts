// One use, one minute.
import { expect, test } from 'vitest';
import { createSignInLinks } from '../../../src/api/sign-in-links.ts';

const codeOf = (link: string) => link.split('/').at(-1) ?? '';

test('a link works once', () => {
  const links = createSignInLinks('http://here');
  const link = links.make();
  expect(link).toMatch(/^http:\/\/here\/sign-in\/[\w-]{32}$/);
  expect([links.take(codeOf(link)), links.take(codeOf(link)), links.take('other')]).toEqual([true, false, false]);
});

test('a link goes stale after a minute', () => {
  let now = 0;
  const links = createSignInLinks('http://here', () => now);
  const [first, second] = [links.make(), links.make()];
  now = 60_000;
  expect(links.take(codeOf(first))).toBe(true);
  now = 60_001;
  expect(links.take(codeOf(second))).toBe(false);
});
