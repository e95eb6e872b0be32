import { expect, test } from 'vitest';
import { message } from '../../../src/facts/message.ts';
import { renderSticky } from '../../../src/render/sticky.ts';
import { approved, awaiting, gate, inReview, ticket, view } from './views.ts';

/** What is said in words; the tables are the same as in the views shown whole. */
const withoutTables = (rendered: string): string =>
  rendered
    .replace(/^\|.*\n/gm, '')
    .replace(/<details>[\s\S]*<\/details>\n/g, '')
    .replace(/\n{3,}/g, '\n\n');

test('implementing: nothing to do', () => {
  expect(
    withoutTables(
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
    ),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:policy -->
    ### ⏳ Implementing the approved plan

    The agent implements the plan in run \`99-7-2\`. Nothing to do for you.

    **Plan** \`add-bulk-discount\`: [design.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/design.md), [proposal.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/proposal.md), [specs/quotes/spec.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/specs/quotes/spec.md), [tasks.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/tasks.md), [test-plan.json](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/test-plan.json)
    May change: \`src/shipment.js\`, \`test/**\`

    **Approved** by noor on 2026-03-01 10:00 UTC, bound to plan \`1a2b3c4d\`, issue \`9c0d1e2f\`, base \`main\` at \`5e6f7a8b\`. A change of any of these revokes it.

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});

test('a plan with phases says which are done and which is being made', () => {
  const phase = { n: 2, of: 3, title: 'Quotes | @octocat' };
  const report = approved({
    stage: 'implementing',
    phase,
    runs: [{ run: '99-7-4', stage: 'implement', phase }],
  });
  const phases = ['Rates', phase.title, 'Documents'].map((title, index) => ({ title, tasks: index + 1 }));
  const rendered = renderSticky({
    ...awaiting,
    gate: gate('in_progress', message('gate-phases', { n: '2', of: '3' })),
    ticket: { ...report, ...(report.plan && { plan: { ...report.plan, phases } }) },
    next: message('next-implementing', { run: '99-7-4', n: '2', of: '3', title: phase.title }),
  });
  const lines = rendered.split('\n');
  expect(lines[1]).toMatch(/^### ⏳ Implementing the approved plan, phase 2 of 3: Quotes/);
  const shown = lines.find((line) => line.startsWith('**Phases**')) ?? '';
  expect(shown).toMatch(/✅ 1\. Rates \(1 task\) · ⏳ 2\. Quotes .* \(2 tasks\) · ⚪ 3\. Documents \(3 tasks\)$/);
  expect(lines.find((line) => line.includes('99-7-4') && line.startsWith('|'))).toMatch(
    /^\| implement, phase 2 of 3: Quotes/,
  );
  expect(rendered).not.toContain(' @octocat');
});

test('a revoked approval says why, and what to type', () => {
  expect(
    withoutTables(
      renderSticky({
        ...awaiting,
        gate: gate('action_required', message('gate-approval-revoked')),
        ticket: ticket({ revoked: message('issue-edited', { by: 'mia' }) }),
      }),
    ),
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

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});

test('merged: calm, with the evidence left to read', () => {
  expect(
    withoutTables(
      renderSticky({
        ...inReview,
        gate: view('success', message('gate-open')),
        ticket: approved({ stage: 'merged' }),
        next: message('next-merged'),
      }),
    ),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:policy -->
    ### ✅ Merged

    Nothing is left to do.

    **Plan** \`add-bulk-discount\`: [design.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/design.md), [proposal.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/proposal.md), [specs/quotes/spec.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/specs/quotes/spec.md), [tasks.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/tasks.md), [test-plan.json](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/test-plan.json)
    May change: \`src/shipment.js\`, \`test/**\`

    **Approved** by noor on 2026-03-01 10:00 UTC, bound to plan \`1a2b3c4d\`, issue \`9c0d1e2f\`, base \`main\` at \`5e6f7a8b\`.

    <sub>At commit \`c0ffee00\`. Gantry keeps this one comment up to date; \`/harness help\` lists what can be typed.</sub>
    "
  `);
});

test('on hold: by whom, why, and who lifts it', () => {
  expect(
    withoutTables(
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
    ),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:policy -->
    ### ✋ On hold

    On hold by noor: release freeze until Monday

    Nothing goes on until someone with write permission types \`/unhold\`.

    **Plan** \`add-bulk-discount\`: [design.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/design.md), [proposal.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/proposal.md), [specs/quotes/spec.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/specs/quotes/spec.md), [tasks.md](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/tasks.md), [test-plan.json](../blob/c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00/openspec/changes/add-bulk-discount/test-plan.json)
    May change: \`src/shipment.js\`, \`test/**\`

    **Not approved** yet.

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

test('a runner that takes other jobs too is said, outside the folded parts', () => {
  const rendered = renderSticky({ ...inReview, ticket: approved({ stage: 'in_review', isolation: 'reused' }) });
  expect(rendered.slice(0, rendered.indexOf('<details>'))).toContain('⚠️ **Persistent runner**');
});

test('the evidence of a run is linked where people can reach it, and named where they cannot', () => {
  const digest = inReview.ticket?.plan?.digest ?? '';
  const view = { ...inReview, ticket: approved({ runs: [{ run: '1', stage: 'plan', evidence: digest }] }) };
  const short = `\`${digest.slice(0, 12)}\``;
  expect(renderSticky(view, 'https://gantry.example.org')).toContain(
    `[${short}](https://gantry.example.org/artifacts/${digest})`,
  );
  expect(renderSticky(view)).toContain(`| ${short} |`);
});

test('an unboxed run is not hidden by one on a persistent runner', () => {
  const ticket = approved({ stage: 'in_review', isolation: 'reused', unboxed: true });
  const open = renderSticky({ ...inReview, ticket }).split('<details>')[0];
  expect(open).toContain('⚠️ **Not boxed**');
  expect(open).toContain('⚠️ **Persistent runner**');
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
