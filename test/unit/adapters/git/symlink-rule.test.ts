import { expect, test } from 'vitest';
import { findEscapingLink } from '../../../../adapters/git/symlink-rule.ts';

const find = (links: Record<string, string>, changed = Object.keys(links)) =>
  findEscapingLink(new Map(Object.entries(links)), new Set(changed));

test.each<[string, Record<string, string>]>([
  ['an absolute target', { a: '/etc' }],
  ['one step above the root', { a: '..' }],
  ['down, then further up', { 'd/a': 'x/../../..' }],
  ['through another link', { 'a/b/up': '../..', link: 'a/b/up/..' }],
  ['through an absolute link', { root: '/', link: 'root/etc' }],
])('%s escapes', (_name, links) => {
  expect(find(links)).not.toBeNull();
});

test.each<[string, Record<string, string>]>([
  ['a sibling', { a: 'b' }],
  ['the root itself', { 'd/e/a': '../..' }],
  ['a loop', { a: 'b', b: 'a' }],
  ['itself', { a: 'a/a' }],
  ['an empty target', { a: '' }],
])('%s stays', (_name, links) => {
  expect(find(links)).toBeNull();
});

test('what the base had is not the agent’s, unless a changed link leads there', () => {
  expect(find({ old: '/etc' }, [])).toBeNull();
  expect(find({ old: '/etc', fresh: 'old/passwd' }, ['fresh'])).toBe('fresh');
  expect(find({ old: 'dir/..', dir: '..' }, ['dir'])).not.toBeNull();
});
