import { expect, test } from 'vitest';
import { message } from '../../../src/facts/message.ts';
import { renderSticky } from '../../../src/render/sticky.ts';
import {
  approved,
  awaiting,
  evidence,
  fourLayers,
  gate,
  governance,
  governanceVerdict,
  head,
  inReview,
  layer,
  layerCheck,
  leftScope,
  notRun,
} from './views.ts';

test('a plan that waits for approval: the line to type comes first', () => {
  expect(renderSticky(awaiting)).toMatchInlineSnapshot(`
    "<!-- gantry:policy -->
    ### ✋ The plan waits for approval

    Read the plan. If it is right, someone with write permission who did not ask for it types:

    \`\`\`text
    /approve-plan 1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d
    \`\`\`

    If not: \`/reject-plan <why>\`.

    **Plan** \`add-bulk-discount\`: [design.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/design.md), [proposal.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/proposal.md), [specs/quotes/spec.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/specs/quotes/spec.md), [tasks.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/tasks.md), [test-plan.json](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/test-plan.json)
    May change: \`src/shipment.js\`, \`test/**\`

    **Not approved** yet.

    | Acceptance criterion | Tests | Result |
    |---|---|---|
    | **AC-1** When a shipment has 10 parcels or more, each is priced at its list price less 10 percent. | unit: \`prices ten parcels with the discount\`<br>integration: \`quotes a pallet\` | ⚪ not run yet |
    | **AC-2** If a shipment has no parcel, then the quote shall be refused. | unit: \`refuses an empty shipment\` | ⚪ not run yet |

    | Check | Result | Why |
    |---|---|---|
    | static, unit, integration, smoke | ⚪ not run yet | They run on the finished work, before it is pushed. |
    | \`harness/governance\` | ⏳ waiting | **evidence**: The layers have not reported for c0ffee00 yet. |
    | \`harness/gate\` | ✋ needs a person | The plan is not approved yet |

    <details><summary>Runs: 1, 52,310 tokens in, 4,120 out</summary>

    | Stage | Run | Outcome | Evidence |
    |---|---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered | \`1a2b3c4d1a2b\` |

    </details>

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});

test('verified and waiting for a review', () => {
  expect(renderSticky(inReview)).toMatchInlineSnapshot(`
    "<!-- gantry:policy -->
    ### ✋ Waiting for a review

    Someone with write permission, other than the requester, reviews the code and approves this commit.

    **Plan** \`add-bulk-discount\`: [design.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/design.md), [proposal.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/proposal.md), [specs/quotes/spec.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/specs/quotes/spec.md), [tasks.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/tasks.md), [test-plan.json](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/test-plan.json)
    May change: \`src/shipment.js\`, \`test/**\`

    **Approved** by noor on 2026-03-01 10:00 UTC, bound to plan \`1a2b3c4d\`, issue \`9c0d1e2f\`, base \`main\` at \`5e6f7a8b\`. A change of any of these revokes it.

    | Acceptance criterion | Tests | Result |
    |---|---|---|
    | **AC-1** When a shipment has 10 parcels or more, each is priced at its list price less 10 percent. | unit: \`prices ten parcels with the discount\`<br>integration: \`quotes a pallet\` | ✅ proven |
    | **AC-2** If a shipment has no parcel, then the quote shall be refused. | unit: \`refuses an empty shipment\` | ✅ proven |

    | Check | Result | Why |
    |---|---|---|
    | \`harness/static\` | ✅ passed | 12 passed in 3.2 s |
    | \`harness/unit\` | ✅ passed | 12 passed in 3.2 s |
    | \`harness/integration\` | ✅ passed | 12 passed in 3.2 s |
    | \`harness/smoke\` | ✅ passed | 12 passed in 3.2 s |
    | \`harness/governance\` | ✅ passed | 6 of 6 checks passed. |
    | \`harness/gate\` | ✋ needs a person | Waiting for a review |

    <details><summary>Runs: 3, 1,204,000 tokens in, 38,400 out</summary>

    | Stage | Run | Outcome | Evidence |
    |---|---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered |  |
    | implement | [\`99-7-2\`](../actions/runs/4250) | ✅ delivered |  |
    | verify | [\`99-7-3\`](../actions/runs/4251) | ✅ delivered |  |

    </details>

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});

const failedUnit = layer('unit', {
  conclusion: 'failure',
  why: 'the command exited with 1',
  exitCode: 1,
  counts: { passed: 11, failed: 1, skipped: 0 },
});

test('blocked by a failed layer: the reason says what to type, once', () => {
  const why = message('verification-failed', { layers: 'unit: the command exited with 1' });
  const results = fourLayers.map((name) => (name === 'unit' ? failedUnit : layer(name)));
  expect(
    renderSticky({
      ...awaiting,
      gate: gate('action_required', message('gate-blocked'), message('gate-layers-pending')),
      checks: [...results.map(layerCheck), governance(governanceVerdict({ evidence: notRun }))],
      ticket: approved({ stage: 'blocked', blocked: why, layers: { sha: head, stored: true, results } }),
      next: message('next-blocked'),
    }),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:policy -->
    ### ✋ Stopped, a person is needed

    Verification failed, so nothing was pushed.

    - unit: the command exited with 1

    Type \`/retry\`: the agent is told what failed and tries again.

    **Plan** \`add-bulk-discount\`: [design.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/design.md), [proposal.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/proposal.md), [specs/quotes/spec.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/specs/quotes/spec.md), [tasks.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/tasks.md), [test-plan.json](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/test-plan.json)
    May change: \`src/shipment.js\`, \`test/**\`

    **Approved** by noor on 2026-03-01 10:00 UTC, bound to plan \`1a2b3c4d\`, issue \`9c0d1e2f\`, base \`main\` at \`5e6f7a8b\`. A change of any of these revokes it.

    | Acceptance criterion | Tests | Result |
    |---|---|---|
    | **AC-1** When a shipment has 10 parcels or more, each is priced at its list price less 10 percent. | unit: \`prices ten parcels with the discount\`<br>integration: \`quotes a pallet\` | ⚪ not run yet |
    | **AC-2** If a shipment has no parcel, then the quote shall be refused. | unit: \`refuses an empty shipment\` | ⚪ not run yet |

    | Check | Result | Why |
    |---|---|---|
    | \`harness/static\` | ✅ passed | 12 passed in 3.2 s |
    | \`harness/unit\` | ❌ failed | 1 failed, 11 passed: the command exited with 1 |
    | \`harness/integration\` | ✅ passed | 12 passed in 3.2 s |
    | \`harness/smoke\` | ✅ passed | 12 passed in 3.2 s |
    | \`harness/governance\` | ⏳ waiting | **evidence**: The layers have not reported for c0ffee00 yet. |
    | \`harness/gate\` | ✋ needs a person | Stopped, a person is needed |

    The layers judged finished work that is not pushed yet.

    <details><summary>Runs: 3, 1,204,000 tokens in, 38,400 out</summary>

    | Stage | Run | Outcome | Evidence |
    |---|---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered |  |
    | implement | [\`99-7-2\`](../actions/runs/4250) | ✅ delivered |  |
    | verify | [\`99-7-3\`](../actions/runs/4251) | ✅ delivered |  |

    </details>

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});

test('a push by a person that fails a layer and leaves the scope', () => {
  const rendered = renderSticky({
    ...inReview,
    gate: gate('failure', message('gate-layer-failed', { layer: 'unit' })),
    checks: [
      ...fourLayers.map((name) => layerCheck(name === 'unit' ? failedUnit : layer(name))),
      governance(governanceVerdict({ plan: leftScope })),
    ],
    evidence: evidence('passed').map((row, index) =>
      index === 0
        ? { ...row, tests: row.tests.map((one, at) => ({ ...one, status: at === 0 ? 'failed' : 'passed' })) }
        : row,
    ),
    next: message('next-gate-layer-failed', { layer: 'unit' }),
  });
  expect(rendered).toMatchInlineSnapshot(`
    "<!-- gantry:policy -->
    ### ❌ The layer unit did not pass

    \`harness/unit\` shows its output. Push a fix, or type \`/retry\` to run the layers again.

    **Plan** \`add-bulk-discount\`: [design.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/design.md), [proposal.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/proposal.md), [specs/quotes/spec.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/specs/quotes/spec.md), [tasks.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/tasks.md), [test-plan.json](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/test-plan.json)
    May change: \`src/shipment.js\`, \`test/**\`

    **Approved** by noor on 2026-03-01 10:00 UTC, bound to plan \`1a2b3c4d\`, issue \`9c0d1e2f\`, base \`main\` at \`5e6f7a8b\`. A change of any of these revokes it.

    | Acceptance criterion | Tests | Result |
    |---|---|---|
    | **AC-1** When a shipment has 10 parcels or more, each is priced at its list price less 10 percent. | ❌ unit: \`prices ten parcels with the discount\`<br>✅ integration: \`quotes a pallet\` | ❌ failed |
    | **AC-2** If a shipment has no parcel, then the quote shall be refused. | unit: \`refuses an empty shipment\` | ✅ proven |

    | Check | Result | Why |
    |---|---|---|
    | \`harness/static\` | ✅ passed | 12 passed in 3.2 s |
    | \`harness/unit\` | ❌ failed | 1 failed, 11 passed: the command exited with 1 |
    | \`harness/integration\` | ✅ passed | 12 passed in 3.2 s |
    | \`harness/smoke\` | ✅ passed | 12 passed in 3.2 s |
    | \`harness/governance\` | ❌ failed | **plan-conformance**: The plan or the change deviates in 1 places. |
    | \`harness/gate\` | ❌ failed | The layer unit did not pass |

    <details><summary>What governance found</summary>

    - ❌ **plan-conformance**: The plan or the change deviates in 1 places.
      - ❌ src/other.js is changed but outside the approved scope. Undo it, or widen the scope and have the plan approved again.

    </details>

    <details><summary>Runs: 3, 1,204,000 tokens in, 38,400 out</summary>

    | Stage | Run | Outcome | Evidence |
    |---|---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered |  |
    | implement | [\`99-7-2\`](../actions/runs/4250) | ✅ delivered |  |
    | verify | [\`99-7-3\`](../actions/runs/4251) | ✅ delivered |  |

    </details>

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});
