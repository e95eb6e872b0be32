import { expect, test } from 'vitest';
import { secrets } from '../../../checks/secrets.ts';
import { snapshot } from './snapshot.ts';

test.each(['gantry', 'people', 'fork'] as const)('judged for pull requests of %s', (kind) => {
  expect(secrets.evaluate(snapshot({ kind }))).toMatchObject({ outcome: 'pass', messageId: 'clean' });
  const found = secrets.evaluate(snapshot({ kind, secrets: [{ path: 'a.ts', line: 3, rule: 'github' }] }));
  expect(found).toMatchObject({
    outcome: 'fail',
    messageId: 'leaked',
    data: { count: '1' },
    children: [
      { messageId: 'found', data: { path: 'a.ts', line: '3', rule: 'github' }, at: [{ path: 'a.ts', line: 3 }] },
    ],
  });
});

test('a scan that failed blocks', () => {
  expect(secrets.evaluate(snapshot({ secrets: 'unreadable' }))).toMatchObject({
    outcome: 'error',
    messageId: 'unreadable',
  });
});
