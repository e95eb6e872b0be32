import { expect, test } from 'vitest';
import { Conversation, type ConversationAbout, mayContinue } from '../../../src/facts/conversation.ts';

const kept: ConversationAbout = {
  item: 'ticket:7001#12',
  task: 'a'.repeat(64),
  pull: 13,
  head: 'b'.repeat(40),
  base: 'c'.repeat(40),
  adapter: 'codex',
  model: 'gpt-5.5',
  role: 'implement',
};

test('a conversation goes on where all of it is the same', () => {
  expect(mayContinue(kept, { ...kept })).toBe(true);
  const before = { ...kept, pull: null, head: null };
  expect(mayContinue(before, { ...before })).toBe(true);
});

const others: { [Name in keyof ConversationAbout]: ConversationAbout[Name] } = {
  item: 'ticket:7001#13',
  task: 'd'.repeat(64),
  pull: 14,
  head: 'd'.repeat(40),
  base: 'd'.repeat(40),
  adapter: 'claude_code',
  model: 'gpt-5.6',
  role: 'plan',
};
test.each(Object.keys(others) as (keyof ConversationAbout)[])('another %s begins anew', (name) => {
  expect(mayContinue(kept, { ...kept, [name]: others[name] })).toBe(false);
});

test.each(['pull', 'head'] as const)('a %s that was not there yet begins anew', (name) => {
  expect(mayContinue({ ...kept, [name]: null }, kept)).toBe(false);
  expect(mayContinue(kept, { ...kept, [name]: null })).toBe(false);
});

test.each(['-x', '--help', '', 'a b', '../a', 'a/b', 'a'.repeat(101)])('%j is no id of a conversation', (id) => {
  expect(Conversation.safeParse({ artifact: 'a'.repeat(64), id, version: '1' }).success).toBe(false);
});
