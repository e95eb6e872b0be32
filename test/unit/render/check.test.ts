import { expect, test } from 'vitest';
import { message } from '../../../src/facts/message.ts';
import { renderCheck } from '../../../src/render/check.ts';
import { gate, governance, governanceVerdict, layer, layerCheck, leftScope, notRun, view } from './views.ts';

test('the gate names the nearest blocker and lists what is left', () => {
  const shown = gate(
    'action_required',
    message('gate-needs-approval'),
    message('gate-governance-pending'),
    message('gate-working', { stage: 'awaiting_approval' }),
  );
  expect(renderCheck('harness/gate', shown)).toMatchInlineSnapshot(`
    {
      "conclusion": "action_required",
      "name": "harness/gate",
      "status": "completed",
      "summary": "Read the plan, then type the line that the policy comment shows.

    Left to do, nearest first:

    1. The plan is not approved yet
    2. Governance is not decided yet
    3. Not done yet, the plan waits for approval",
      "title": "The plan is not approved yet",
    }
  `);
});

test('one blocker: what to do about it, nothing else', () => {
  expect(renderCheck('harness/gate', gate('action_required', message('gate-needs-review')))).toMatchInlineSnapshot(`
    {
      "conclusion": "action_required",
      "name": "harness/gate",
      "status": "completed",
      "summary": "Waiting for a review.

    Someone with write permission, other than the requester, reviews the code and approves this commit.",
      "title": "Waiting for a review",
    }
  `);
});

test('the gate of a pull request that people made, with and without a policy', () => {
  expect(renderCheck('harness/gate', view('success', message('gate-open')))).toMatchInlineSnapshot(`
    {
      "conclusion": "success",
      "name": "harness/gate",
      "status": "completed",
      "summary": "Everything is in order.",
      "title": "Everything is in order",
    }
  `);
  expect(renderCheck('harness/gate', gate('neutral', message('gate-policy-absent')))).toMatchInlineSnapshot(`
    {
      "conclusion": "neutral",
      "name": "harness/gate",
      "status": "completed",
      "summary": "There is no policy file, so nothing is required.

    To have pull requests checked, add \`.github/harness.yml\` with \`version: 1\` and your \`layers:\`, or run \`gantry init\`.",
      "title": "There is no policy file, so nothing is required",
    }
  `);
});

test('a merge that GitHub refused', () => {
  const why = message('merge-refused', { detail: 'Required status check "build" is expected.' });
  expect(renderCheck('harness/gate', gate('failure', why))).toMatchInlineSnapshot(`
    {
      "conclusion": "failure",
      "name": "harness/gate",
      "status": "completed",
      "summary": "GitHub refused the merge: Required status check "build" is expected.

    Settle what it names; a new commit, or \`/retry\`, has everything checked again.",
      "title": "GitHub refused the merge",
    }
  `);
});

test('governance that failed: what failed and where, the rest below', () => {
  const secrets = {
    outcome: 'fail' as const,
    messageId: 'leaked',
    data: { count: '1' },
    check: 'secrets',
    children: [
      {
        outcome: 'fail' as const,
        messageId: 'found',
        data: { path: 'src/a.js', line: '3', rule: 'aws' },
        check: 'secrets',
        at: [{ path: 'src/a.js', line: 3 }],
      },
    ],
  };
  const { name, view: shown } = governance(governanceVerdict({ plan: leftScope, secrets }));
  expect(renderCheck(name, shown)).toMatchInlineSnapshot(`
    {
      "annotations": [
        {
          "endLine": 1,
          "level": "failure",
          "message": "src/other.js is changed but outside the approved scope. Undo it, or widen the scope and have the plan approved again.",
          "path": "src/other.js",
          "startLine": 1,
          "title": "plan-conformance",
        },
        {
          "endLine": 3,
          "level": "failure",
          "message": "A credential (aws) in src/a.js, line 3. Revoke it where it was issued, then remove it from the branch.",
          "path": "src/a.js",
          "startLine": 3,
          "title": "secrets",
        },
      ],
      "conclusion": "failure",
      "name": "harness/governance",
      "status": "completed",
      "summary": "- ❌ **plan-conformance**: The plan or the change deviates in 1 places.
      - ❌ src/other.js is changed but outside the approved scope. Undo it, or widen the scope and have the plan approved again.
    - ❌ **secrets**: The added lines hold 1 credentials. Whoever can read the branch has them now: revoke them first, then take them out.
      - ❌ A credential (aws) in src/a.js, line 3. Revoke it where it was issued, then remove it from the branch.",
      "text": "**Nothing to do about these**

    - ✅ **policy-file**: The policy of the default branch is valid.
    - ✅ **readiness**: The issue has 2 testable acceptance criteria.
    - ✅ **protected-paths**: None of the 3 changed files is protected.
    - ✅ **evidence**: All 2 criteria are proven by 3 tests at c0ffee00.",
      "title": "plan-conformance failed",
    }
  `);
});

test('governance that waits, and that passed', () => {
  const waiting = governance(governanceVerdict({ evidence: notRun }));
  const passing = renderCheck('harness/governance', governance(governanceVerdict()).view);
  expect(renderCheck(waiting.name, waiting.view)).toMatchObject({
    status: 'in_progress',
    title: 'Waiting for evidence',
  });
  expect(renderCheck(waiting.name, waiting.view)).not.toHaveProperty('conclusion');
  expect(passing).toMatchObject({ conclusion: 'success', title: '6 of 6 checks passed' });
  expect(passing).not.toHaveProperty('annotations');
});

test('nothing was gathered yet', () => {
  const verdict = { outcome: 'pending' as const, messageId: 'governance.gathering', data: {} };
  const shown = renderCheck('harness/governance', governance(verdict).view);
  expect(shown).toMatchObject({
    status: 'in_progress',
    title: 'Reading this pull request',
    summary: 'Reading this pull request.',
  });
});

test('a layer that failed: command, exit code, failed tests first, the end of the output', () => {
  const { name, view: shown } = layerCheck(
    layer('unit', {
      conclusion: 'failure',
      why: 'the command exited with 1',
      exitCode: 1,
      counts: { passed: 1, failed: 1, skipped: 1 },
      tests: [
        { name: 'shipment > prices nine parcels', status: 'passed' },
        { name: 'shipment > later', status: 'skipped' },
        { name: 'shipment > prices ten parcels', status: 'failed' },
      ],
      tail: 'not ok 2 - prices ten parcels\n  expected 900, got 1000\n',
    }),
  );
  expect(renderCheck(name, shown)).toMatchInlineSnapshot(`
    {
      "conclusion": "failure",
      "name": "harness/unit",
      "status": "completed",
      "summary": "the command exited with 1

    | Layer | unit |
    |---|---|
    | Result | ❌ failed |
    | Command | \`npm run unit\` |
    | Exit code | 1 |
    | Time | 3.2 s |
    | Tests | 1 failed, 1 passed, 1 skipped |

    **Failed**

    - ❌ \`shipment > prices ten parcels\`",
      "text": "**End of the output**

    \`\`\`text
    not ok 2 - prices ten parcels
      expected 900, got 1000
    \`\`\`

    **Tests**

    - ❌ \`shipment > prices ten parcels\`
    - ⚪ \`shipment > later\`
    - ✅ \`shipment > prices nine parcels\`",
      "title": "unit failed: 1 failed, 1 passed, 1 skipped",
    }
  `);
});

test('a layer that was skipped or stopped', () => {
  const skipped = layerCheck({ layer: 'smoke', conclusion: 'skipped', why: 'it is not configured' });
  expect(renderCheck(skipped.name, skipped.view)).toMatchInlineSnapshot(`
    {
      "conclusion": "skipped",
      "name": "harness/smoke",
      "status": "completed",
      "summary": "it is not configured

    | Layer | smoke |
    |---|---|
    | Result | ⚪ skipped |",
      "title": "smoke was skipped",
    }
  `);
  const stopped = layerCheck(
    layer('integration', {
      conclusion: 'timed_out',
      exitCode: null,
      durationMs: 605_000,
      why: 'it took longer than 10 minutes',
    }),
  );
  expect(renderCheck(stopped.name, { ...stopped.view, status: 'timed_out' })).toMatchObject({
    conclusion: 'timed_out',
  });
  expect(renderCheck(stopped.name, stopped.view).summary).toContain('none, it was stopped');
});

test('each request to look again changes the output', () => {
  const once = renderCheck('harness/gate', view('success', message('gate-open'), { times: 1 }));
  const twice = renderCheck('harness/gate', view('success', message('gate-open'), { times: 2 }));
  expect(once.summary).toContain('Looked at again on request.');
  expect(twice.summary).not.toBe(once.summary);
});
