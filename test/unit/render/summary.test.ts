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
  ).toMatchInlineSnapshot(`
    "### ✅ delivered: verify for #7

    | Layer | Result | What happened | Time |
    |---|---|---|---|
    | static | ✅ passed | 12 passed | 3.2 s |
    | unit | ❌ failed | 1 failed, 11 passed | 3.2 s |
    | smoke | ⚪ skipped | it is not configured |  |

    Run \`99-7-3\`. To try again, type \`/retry\` on the issue: “Re-run” on this page is refused.
    "
  `);
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
  ).toMatchInlineSnapshot(`
    "### ❌ failed: plan for #7

    the agent stopped &lt;b&gt;early&lt;/b&gt;

    ⚠️ This run was not boxed: nothing kept the code apart from the runner.

    12 model calls, 52,310 tokens in, 900 out.

    Run \`99-7-1\`. To try again, type \`/retry\` on the issue: “Re-run” on this page is refused.
    "
  `);
});
