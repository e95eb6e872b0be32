// A new effect or writer is tested with every fault, or this fails.
import { expect, test } from 'vitest';
import { writers } from '../../src/effects/converge/index.ts';
import { effects } from '../../src/effects/index.ts';
import { faults } from './faults.ts';
import { fragments } from './fragments/index.ts';
import { pairsOf, sliceOf } from './matrix.ts';

/** Effects that write nothing but their own rows, in one transaction: there is nothing outside that a fault could meet. */
const within = ['ChangeControl'];

test('there is a fragment for every effect and every writer', () => {
  const registered = [...Object.keys(effects), ...Object.keys(writers)].filter((name) => !within.includes(name)).sort();
  const missing = registered.filter((name) => !fragments[name]);
  expect(missing, `no fragment for ${missing.join(', ')}: test/faults/fragments/`).toEqual([]);
  expect(Object.keys(fragments).sort()).toEqual(registered);
});

test.each([
  'pglite',
  'postgres',
] as const)('the slice of npm test meets every effect and every fault on %s', (database) => {
  const every = pairsOf(database);
  const slice = sliceOf(every);
  expect(new Set(slice.map(([effect]) => effect))).toEqual(new Set(Object.keys(fragments)));
  const possible = database === 'pglite' ? Object.keys(faults).length - 1 : Object.keys(faults).length;
  expect(new Set(slice.map(([, fault]) => fault)).size).toBe(possible);
  expect(slice.length).toBeLessThan(every.length / 8);
});
