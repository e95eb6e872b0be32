import { expect, test } from 'vitest';
import type { AgentEvent } from '../../../../adapters/agent/contract.ts';
import { toldEvents } from '../../../../src/runner/agent/told-events.ts';

test('the newest events are kept, cut, without secrets', () => {
  const events: AgentEvent[] = Array.from({ length: 400 }, (_, n) => ({ type: 'message', text: `${n}` }));
  events.push({ type: 'file_change', changes: [{ path: `a ghs_${'a'.repeat(40)}`, kind: 'add' }] });
  events.push({ type: 'message', text: `ghs_${'b'.repeat(40)} ${'x'.repeat(2_000)}` });
  const told = toldEvents(events);
  expect(told).toHaveLength(300);
  expect(told.at(0)).toEqual({ type: 'message', text: '102' });
  expect(JSON.stringify(told)).not.toMatch(/ghs_/);
  expect(told.at(-2)).toEqual({ type: 'file_change', changes: [{ path: 'a [redacted]', kind: 'add' }] });
  expect(String(told.at(-1)?.text)).toHaveLength(500);
});
