import { expect, test } from 'vitest';
import { evidence } from '../../../checks/evidence.ts';
import type { LayerResult } from '../../../src/facts/run.ts';
import { head, snapshot } from './snapshot.ts';

type Tests = NonNullable<LayerResult['tests']>;
const layer = (tests: Tests | undefined, differs: Partial<LayerResult> = {}): LayerResult => ({
  layer: 'unit',
  conclusion: 'success',
  why: 'passed',
  ...(tests ? { tests } : {}),
  ...differs,
});
const judge = (...layers: LayerResult[]) => evidence.evaluate(snapshot({ evidence: { head, layers } }));

test.each<[string, LayerResult[], string]>([
  ['passed', [layer([{ name: 'slug > joins words', status: 'passed' }])], 'passed'],
  ['passed inside a longer suite', [layer([{ name: 'all > slug > joins words', status: 'passed' }])], 'passed'],
  ['failed', [layer([{ name: 'slug > joins words', status: 'failed' }])], 'failed'],
  ['skipped', [layer([{ name: 'slug > joins words', status: 'skipped' }])], 'skipped'],
  [
    'passed once, failed once',
    [
      layer([
        { name: 'slug > joins words', status: 'passed' },
        { name: 'b > slug > joins words', status: 'failed' },
      ]),
    ],
    'failed',
  ],
  [
    'a name that only ends alike',
    [
      layer([
        { name: 'slug > rejoins words', status: 'passed' },
        { name: 'xslug > joins words', status: 'passed' },
      ]),
    ],
    'missing',
  ],
  ['no such test', [layer([])], 'missing'],
  ['another layer', [layer([{ name: 'slug > joins words', status: 'passed' }], { layer: 'smoke' })], 'layer-missing'],
  ['no report', [layer(undefined, { conclusion: 'unknown', why: 'no report' })], 'layer-missing'],
  ['no layer', [], 'layer-missing'],
])('%s', (_name, layers, messageId) => {
  const proven = messageId === 'passed';
  expect(judge(...layers)).toMatchObject({
    outcome: proven ? 'pass' : 'fail',
    messageId: proven ? 'proven' : 'unproven',
    children: [
      {
        messageId: 'criterion',
        data: { criterion: 'AC-1' },
        children: [{ messageId, data: { criterion: 'AC-1', layer: 'unit', test: 'slug > joins words' } }],
      },
    ],
  });
});

test('results of another head, or none yet, are waited for', () => {
  expect(evidence.evaluate(snapshot({ evidence: undefined }))).toMatchObject({
    outcome: 'pending',
    messageId: 'not-run',
  });
  expect(evidence.evaluate(snapshot({ evidence: { head: '0'.repeat(40), layers: [] } }))).toMatchObject({
    outcome: 'pending',
  });
});

test('a criterion of the issue that the plan left out is not proven', () => {
  const criteria = [...(snapshot().plan?.criteria ?? []), { id: 'AC-2', text: 'b' }].map(({ id, text }) => ({
    id,
    text,
  }));
  expect(evidence.evaluate(snapshot({ criteria }))).toMatchObject({
    outcome: 'fail',
    data: { criteria: '2', failed: '1' },
  });
});

test('not ours, no plan, nothing mapped', () => {
  expect(evidence.evaluate(snapshot({ kind: 'fork' }))).toMatchObject({ outcome: 'skip' });
  expect(evidence.evaluate(snapshot({ plan: undefined }))).toMatchObject({ outcome: 'fail', messageId: 'no-plan' });
  const { plan } = snapshot();
  expect(
    evidence.evaluate(snapshot({ criteria: [], ...(plan ? { plan: { ...plan, criteria: [] } } : {}) })),
  ).toMatchObject({ outcome: 'fail' });
});
