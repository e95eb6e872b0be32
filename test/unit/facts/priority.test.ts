// Which labels say how urgent an issue is.
import { expect, test } from 'vitest';
import { priorityOf, priorityOfLabel } from '../../../src/facts/priority.ts';

test.each([
  ['priority: urgent', 'urgent'],
  ['Priority:High', 'high'],
  ['P0', 'urgent'],
  ['p3', 'low'],
  ['priority: soon', undefined],
  ['P4', undefined],
  ['P1 customer', undefined],
  ['low priority: high', undefined],
] as const)('%s is %s', (label, priority) => {
  expect(priorityOfLabel(label)).toBe(priority);
});

test('of several the most urgent counts, and without one it is medium', () => {
  expect(priorityOf(['bug', 'priority: low', 'P1'])).toBe('high');
  expect(priorityOf(['bug'])).toBe('medium');
});
