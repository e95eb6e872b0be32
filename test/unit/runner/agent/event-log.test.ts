import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { AgentEvent } from '../../../../adapters/agent/contract.ts';
import { createEventLog } from '../../../../src/runner/agent/event-log.ts';

const parse = (line: string): AgentEvent[] => [{ type: 'message', text: line }];
const texts = (chunks: Buffer[]) => {
  const log = createEventLog(parse, () => {});
  for (const chunk of chunks) log.push(chunk);
  log.end();
  return { log, texts: log.events().map((event) => (event.type === 'message' ? event.text : '')) };
};

test('lines are whole wherever the chunks are cut, also inside a character', () => {
  const bytes = Buffer.from('one\r\n\nzwei ü\nthree');
  for (let at = 0; at <= bytes.length; at++)
    expect(texts([bytes.subarray(0, at), bytes.subarray(at)]).texts).toEqual(['one', 'zwei ü', 'three']);
});

test('a line without end is skipped, what follows is read, every byte is digested', () => {
  const huge = Buffer.from('x'.repeat(3 * 1024 * 1024));
  const end = Buffer.from('tail\nnext\n');
  const { log, texts: found } = texts([huge, huge, end]);
  expect(found).toEqual(['next']);
  expect(log.digest()).toBe(createHash('sha256').update(huge).update(huge).update(end).digest('hex'));
});

test('memory is bounded by events, counts are not', () => {
  const { log } = texts([Buffer.from('a\n'.repeat(6_000))]);
  expect([log.events().length, log.counts()]).toEqual([5_000, { message: 6_000 }]);
});
