// Log lines say what they are about without being told.
import { expect, test } from 'vitest';
import { createPlainTracer } from '../../adapters/tracer/plain.ts';
import { createLog } from '../../src/log.ts';

test('a line has the fields of the step that it is logged in, and its own win', async () => {
  const tracer = createPlainTracer();
  const lines: string[] = [];
  const log = createLog('info', (line) => lines.push(line), tracer.about);
  await tracer.within({ ticket_id: 'ticket:1#2', state: 'planning' }, () =>
    tracer.step('perform', { command: 'ReadStart' }, async () => {
      await new Promise((done) => setImmediate(done));
      log.child({ name: 'another package' }).info('inside');
      log.info({ state: 'blocked' }, 'own');
    }),
  );
  log.info('outside');
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({
      ticket_id: 'ticket:1#2',
      state: 'planning',
      command: 'ReadStart',
      name: 'another package',
    }),
    expect.objectContaining({ ticket_id: 'ticket:1#2', state: 'blocked' }),
    { level: 30, time: expect.any(Number), msg: 'outside' },
  ]);
});
