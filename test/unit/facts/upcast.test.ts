// Facts on record are read as today's vocabulary has them.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readFact } from '../../../src/facts/fact.ts';
import { upcast, versionOf } from '../../../src/facts/upcast.ts';

const stored = JSON.parse(
  readFileSync(new URL('../../fixtures/facts/pull-closed-v1.json', import.meta.url), 'utf8'),
) as Parameters<typeof readFact>[0];

test('version 1 of PullClosed learns its pull request from the key it was told under', () => {
  expect(readFact(stored)).toEqual({
    type: 'PullClosed',
    pull: 31,
    merged: false,
    by: { id: 1, login: 'mia', kind: 'person' },
  });
});

test('what is at the newest version already is left as it is', () => {
  const body = { type: 'PullClosed', pull: 4, merged: true };
  expect(upcast({ ...stored, version: 2, body })).toEqual(body);
  expect(versionOf('PullClosed')).toBe(2);
  expect(versionOf('Woken')).toBe(1);
  expect(versionOf('toString')).toBe(1);
});

test('a fact that a newer Gantry wrote is refused, and so is one that cannot be brought forward', () => {
  expect(() => upcast({ ...stored, version: 3 })).toThrow('version 3, and this Gantry knows 2: run the newer one');
  expect(() => readFact({ ...stored, key: 'told/1' })).toThrow('is not the key of a PullClosed');
  expect(() => readFact({ ...stored, type: 'Woken', body: { type: 'Woken', extra: 1 } })).toThrow(
    'extra: is not a field',
  );
});
