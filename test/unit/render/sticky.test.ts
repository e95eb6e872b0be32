import { expect, test } from 'vitest';
import type { StickyView } from '../../../src/decide/pull/sticky-view.ts';
import { message } from '../../../src/facts/message.ts';
import { renderSticky } from '../../../src/render/sticky.ts';
import { addressesIn, htmlIn, proseIn } from './markdown.ts';
import {
  approved,
  awaiting,
  digest,
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
  ticket,
  view,
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
    | \`harness/gate\` | ✋ needs a person | The plan is not approved yet. |

    <details><summary>Runs: 1, 52,310 tokens in, 4,120 out</summary>

    | Stage | Run | Outcome |
    |---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered |

    </details>

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});

test('implementing: nothing to do', () => {
  expect(
    renderSticky({
      ...awaiting,
      gate: gate('in_progress', message('gate-layers-pending'), message('gate-working', { stage: 'implementing' })),
      ticket: approved({
        stage: 'implementing',
        runs: [
          { run: '99-7-1', stage: 'plan', workflowRun: 4242, outcome: { kind: 'delivered' } },
          { run: '99-7-2', stage: 'implement' },
        ],
      }),
      next: message('next-implementing', { run: '99-7-2' }),
    }),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:policy -->
    ### ⏳ Implementing the approved plan

    The agent implements the plan in run \`99-7-2\`. Nothing to do for you.

    **Plan** \`add-bulk-discount\`: [design.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/design.md), [proposal.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/proposal.md), [specs/quotes/spec.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/specs/quotes/spec.md), [tasks.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/tasks.md), [test-plan.json](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/test-plan.json)
    May change: \`src/shipment.js\`, \`test/**\`

    **Approved** by noor on 2026-03-01 10:00 UTC, bound to plan \`1a2b3c4d\`, issue \`9c0d1e2f\`, base \`main\` at \`5e6f7a8b\`. A change of any of these revokes it.

    | Acceptance criterion | Tests | Result |
    |---|---|---|
    | **AC-1** When a shipment has 10 parcels or more, each is priced at its list price less 10 percent. | unit: \`prices ten parcels with the discount\`<br>integration: \`quotes a pallet\` | ⚪ not run yet |
    | **AC-2** If a shipment has no parcel, then the quote shall be refused. | unit: \`refuses an empty shipment\` | ⚪ not run yet |

    | Check | Result | Why |
    |---|---|---|
    | static, unit, integration, smoke | ⚪ not run yet | They run on the finished work, before it is pushed. |
    | \`harness/governance\` | ⏳ waiting | **evidence**: The layers have not reported for c0ffee00 yet. |
    | \`harness/gate\` | ⏳ waiting | The layers have not run on this commit yet. |

    <details><summary>Runs: 2, 1,204,000 tokens in, 38,400 out</summary>

    | Stage | Run | Outcome |
    |---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered |
    | implement | \`99-7-2\` | ⏳ going on |

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
    | \`harness/gate\` | ✋ needs a person | Waiting for a review. |

    <details><summary>Runs: 3, 1,204,000 tokens in, 38,400 out</summary>

    | Stage | Run | Outcome |
    |---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered |
    | implement | [\`99-7-2\`](../actions/runs/4250) | ✅ delivered |
    | verify | [\`99-7-3\`](../actions/runs/4251) | ✅ delivered |

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
    | \`harness/gate\` | ✋ needs a person | Stopped, a person is needed. |

    The layers judged finished work that is not pushed yet.

    <details><summary>Runs: 3, 1,204,000 tokens in, 38,400 out</summary>

    | Stage | Run | Outcome |
    |---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered |
    | implement | [\`99-7-2\`](../actions/runs/4250) | ✅ delivered |
    | verify | [\`99-7-3\`](../actions/runs/4251) | ✅ delivered |

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
    | \`harness/gate\` | ❌ failed | The layer unit did not pass. |

    <details><summary>What governance found</summary>

    - ❌ **plan-conformance**: The plan or the change deviates in 1 places.
      - ❌ src/other.js is changed but outside the approved scope. Undo it, or widen the scope and have the plan approved again.

    </details>

    <details><summary>Runs: 3, 1,204,000 tokens in, 38,400 out</summary>

    | Stage | Run | Outcome |
    |---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered |
    | implement | [\`99-7-2\`](../actions/runs/4250) | ✅ delivered |
    | verify | [\`99-7-3\`](../actions/runs/4251) | ✅ delivered |

    </details>

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});

test('a revoked approval says why, and what to type', () => {
  expect(
    renderSticky({
      ...awaiting,
      gate: gate('action_required', message('gate-approval-revoked')),
      ticket: ticket({ revoked: message('issue-edited', { by: 'mia' }) }),
    }),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:policy -->
    ### ✋ The approval was revoked

    The issue was edited by mia, so what was read before is not what it says now. Read it again; \`/retry\` makes a new plan for it.

    Read the plan. If it is right, someone with write permission who did not ask for it types:

    \`\`\`text
    /approve-plan 1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d1a2b3c4d
    \`\`\`

    If not: \`/reject-plan <why>\`.

    **Plan** \`add-bulk-discount\`: [design.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/design.md), [proposal.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/proposal.md), [specs/quotes/spec.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/specs/quotes/spec.md), [tasks.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/tasks.md), [test-plan.json](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/test-plan.json)
    May change: \`src/shipment.js\`, \`test/**\`

    **Not approved**: the earlier approval was revoked.

    | Acceptance criterion | Tests | Result |
    |---|---|---|
    | **AC-1** When a shipment has 10 parcels or more, each is priced at its list price less 10 percent. | unit: \`prices ten parcels with the discount\`<br>integration: \`quotes a pallet\` | ⚪ not run yet |
    | **AC-2** If a shipment has no parcel, then the quote shall be refused. | unit: \`refuses an empty shipment\` | ⚪ not run yet |

    | Check | Result | Why |
    |---|---|---|
    | static, unit, integration, smoke | ⚪ not run yet | They run on the finished work, before it is pushed. |
    | \`harness/governance\` | ⏳ waiting | **evidence**: The layers have not reported for c0ffee00 yet. |
    | \`harness/gate\` | ✋ needs a person | The approval of the plan was revoked. |

    <details><summary>Runs: 1, 52,310 tokens in, 4,120 out</summary>

    | Stage | Run | Outcome |
    |---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered |

    </details>

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});

test('merged: calm, with the evidence left to read', () => {
  expect(
    renderSticky({
      ...inReview,
      gate: view('success', message('gate-merged')),
      ticket: approved({ stage: 'merged' }),
      next: message('next-merged'),
    }),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:policy -->
    ### ✅ Merged

    Merged. Nothing is left to do.

    **Plan** \`add-bulk-discount\`: [design.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/design.md), [proposal.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/proposal.md), [specs/quotes/spec.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/specs/quotes/spec.md), [tasks.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/tasks.md), [test-plan.json](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/test-plan.json)
    May change: \`src/shipment.js\`, \`test/**\`

    **Approved** by noor on 2026-03-01 10:00 UTC, bound to plan \`1a2b3c4d\`, issue \`9c0d1e2f\`, base \`main\` at \`5e6f7a8b\`.

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
    | \`harness/gate\` | ✅ passed | Merged. |

    <details><summary>Runs: 3, 1,204,000 tokens in, 38,400 out</summary>

    | Stage | Run | Outcome |
    |---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered |
    | implement | [\`99-7-2\`](../actions/runs/4250) | ✅ delivered |
    | verify | [\`99-7-3\`](../actions/runs/4251) | ✅ delivered |

    </details>

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});

test('on hold: by whom, why, and who lifts it', () => {
  expect(
    renderSticky({
      ...awaiting,
      gate: gate('action_required', message('gate-held', { by: 'noor' }), message('gate-needs-approval')),
      ticket: ticket({
        stage: 'blocked',
        blocked: message('held', { by: 'noor', why: '' }),
        hold: { by: 'noor', why: 'release freeze until Monday' },
      }),
      next: message('next-held', { by: 'noor' }),
    }),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:policy -->
    ### ✋ On hold

    On hold by noor: release freeze until Monday

    Nothing goes on until someone with write permission types \`/unhold\`.

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
    | \`harness/gate\` | ✋ needs a person | On hold by noor. |

    <details><summary>Runs: 1, 52,310 tokens in, 4,120 out</summary>

    | Stage | Run | Outcome |
    |---|---|---|
    | plan | [\`99-7-1\`](../actions/runs/4242) | ✅ delivered |

    </details>

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});

test.each([
  ['none', 'so Gantry does not merge this by itself'],
  ['none_allowed', 'Its operator allowed that by name'],
] as const)('isolation %s is said in plain words, outside the folded parts', (isolation, words) => {
  const rendered = renderSticky({ ...inReview, ticket: approved({ stage: 'in_review', isolation }) });
  expect(rendered).toContain('⚠️ **Not boxed**');
  expect(rendered.slice(0, rendered.indexOf('<details>'))).toContain(words);
});

test('a push that waits for a person shows the workflows and the line to type', () => {
  const rendered = renderSticky({
    ...awaiting,
    ticket: approved({ stage: 'publishing' }),
    next: message('next-run-ci', { workflows: '.github/workflows/deploy.yml' }),
  });
  expect(rendered).toContain('### ✋ Verified, the push waits for a person');
  expect(rendered).toContain('```text\n/run-ci\n```');
});

test('without a ticket it still says where the pull request stands', () => {
  const { ticket: _, ...rest } = awaiting;
  const rendered = renderSticky({
    ...rest,
    gate: gate('in_progress', message('gate-gathering')),
    checks: [],
    evidence: [],
    next: message('next-gate-gathering'),
  });
  expect(rendered).toContain('### ⏳ Reading this pull request');
});

test('the same view gives the same text', () => {
  expect(renderSticky(structuredClone(inReview))).toBe(renderSticky(inReview));
});

const hostile = '<!-- gantry:policy --> @org/team `]()` | [x](https://evil.example) </details><img src=x> #1 \u202e';

/** Every piece that a stranger can fill, filled to its schema's limit. */
const enormous = (piece: string): StickyView => {
  const text = (length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
  const many = <T>(count: number, make: (index: number) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(index));
  const results = many(4, (index) =>
    layer(fourLayers[index] ?? 'unit', {
      conclusion: 'failure',
      why: text(500),
      tail: text(8_000),
      command: text(2_000),
    }),
  );
  const found = many(2_000, () => ({
    outcome: 'fail' as const,
    messageId: 'out-of-scope',
    data: { path: text(4_000) },
    check: 'plan-conformance',
  }));
  const data = Object.fromEntries(
    many(5, (index) => [['why', 'by', 'problems', 'layers', 'digest'][index] ?? '', text(70_000)]),
  );
  const whole = approved({
    stage: 'blocked',
    blocked: message('verification-failed', data),
    revoked: message('run-failed', data),
    runs: many(50, () => ({
      run: text(100),
      stage: 'plan' as const,
      outcome: { kind: 'failed' as const, class: 'bug' as const, why: text(70_000) },
    })),
  });
  const plan = whole.plan && {
    ...whole.plan,
    scope: many(100, () => text(200)),
    files: many(500, () => ({ path: text(4_000), blob: digest })),
  };
  return {
    ...inReview,
    gate: gate('failure', message('merge-refused', { detail: text(70_000) })),
    checks: [...results.map(layerCheck), governance(governanceVerdict({ plan: { ...leftScope, children: found } }))],
    evidence: many(100, (index) => ({
      id: `AC-${index}`,
      text: text(1_000),
      tests: many(50, () => ({ layer: 'unit', name: text(500), status: 'missing' as const })),
    })),
    ticket: { ...whole, ...(plan && { plan }) },
    next: message('next-blocked', data),
  };
};

test.each([
  'a',
  '&',
  '`',
  '|',
  '<',
  '@',
  '\n',
  '://',
  '🙂',
  hostile,
])('stays below the limit of GitHub for a view full of %j', (piece) => {
  const rendered = renderSticky(enormous(piece));
  expect(rendered.length).toBeLessThan(65_536);
  expect(rendered).toContain('more');
  expect(rendered).toMatch(/Gantry keeps this one comment up to date/);
});

test('nothing in the view can look like a marker of ours, become markup, or notify anybody', () => {
  const rendered = renderSticky(enormous(hostile));
  expect(rendered.indexOf('<!--', 1)).toBe(-1);
  const ours = /^(<!-- gantry:policy -->|<details><summary>[^<]*<\/summary>|<\/details>|<sub>|<\/sub>|<br>)$/;
  expect(htmlIn(rendered).filter((html) => !ours.test(html))).toEqual([]);
  expect(addressesIn(rendered).filter((address) => !address.startsWith('../'))).toEqual([]);
  expect(proseIn(rendered)).not.toMatch(/@\w|#\d/);
});
