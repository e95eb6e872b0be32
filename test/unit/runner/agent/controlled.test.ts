import type { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { controlled } from '../../../../src/runner/agent/controlled.ts';

const control = { cancel: 'stop\n', steer: (text: string) => `${text}\n` };

test('an agent that cannot be asked is ended at once', () => {
  const halt = new AbortController();
  const { stdin, signal } = controlled({ stdin: 'task\n' }, halt.signal);
  expect(stdin).toEqual(Buffer.from('task\n'));
  halt.abort();
  expect(signal?.aborted).toBe(true);
});

test('one that can be asked is asked first, and ended when it goes on all the same', async () => {
  const halt = new AbortController();
  const { stdin, signal } = controlled({ stdin: 'task\n', control }, halt.signal, 20);
  expect(String((stdin as Readable).read())).toBe('task\n');
  halt.abort();
  expect(String((stdin as Readable).read())).toBe('stop\n');
  expect(signal?.aborted).toBe(false);
  await expect.poll(() => signal?.aborted).toBe(true);
});
