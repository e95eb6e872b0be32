import { expect, test } from 'vitest';
import { renderRunSummary } from '../../../src/render/summary.ts';
import { layer } from './views.ts';

test('a verify run with a failed layer', () => {
  expect(
    renderRunSummary({
      run: '99-7-3',
      stage: 'verify',
      issue: 7,
      submission: {
        outcome: { kind: 'delivered' },
        layers: [
          layer('static'),
          layer('unit', { conclusion: 'failure', counts: { passed: 11, failed: 1, skipped: 0 } }),
          { layer: 'smoke', conclusion: 'skipped', why: 'it is not configured' },
        ],
        sandbox: { name: 'bubblewrap', boxed: true, unenforced: [] },
      },
    }),
  ).toMatchInlineSnapshot();
});

test('a plan run that failed without a box', () => {
  expect(
    renderRunSummary({
      run: '99-7-1',
      stage: 'plan',
      issue: 7,
      submission: {
        outcome: { kind: 'failed', class: 'agent_failed', why: 'the agent stopped <b>early</b>' },
        sandbox: { name: 'none', boxed: false, unenforced: ['egress'] },
      },
      usage: { calls: 12, inputTokens: 52_310, outputTokens: 900 },
    }),
  ).toMatchInlineSnapshot();
});
