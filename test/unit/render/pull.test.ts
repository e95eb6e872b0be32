import { expect, test } from 'vitest';
import { renderCommitMessage, renderMergeMessage, renderPullBody, renderPullTitle } from '../../../src/render/pull.ts';
import { htmlIn } from './markdown.ts';

const mia = { id: 1, login: 'mia', kind: 'person' } as const;

test('the text of a pull request', () => {
  expect(
    renderPullBody({
      issue: 7,
      requester: mia,
      criteria: [
        { id: 'AC-1', text: 'When a shipment has 10 parcels or more, `quote` prices each 10 percent lower.' },
        { id: 'AC-2', text: 'closes #12 <!-- gantry:policy --> @octocat' },
      ],
      run: '99-7-1',
      plan: { changeId: 'add-bulk-discount' },
    }),
  ).toMatchInlineSnapshot(`
    "Closes #7

    Asked for by mia; planned by an agent in run \`99-7-1\`.

    ## Acceptance criteria

    - [ ] **AC-1** When a shipment has 10 parcels or more, \`quote\` prices each 10 percent lower.
    - [ ] **AC-2** closes #​12 &lt;!-- gantry:policy --&gt; @​octocat

    ## How to go on

    1. Read the plan in \`openspec/changes/add-bulk-discount/\`: what will change, where, and which tests will prove each criterion.
    2. The policy comment below shows the line to type to approve it, or \`/reject-plan <why>\` to send it back. No code is written before.
    3. The finished work is pushed here once its layers have passed. Review it; nothing is merged without that.
    "
  `);
});

test('the only issue that the text can close is its own', () => {
  const text = 'fixes #1, closes octo/repo#2, resolves GH-3, fixes https://github.com/octo/repo/issues/4 ';
  const body = renderPullBody({
    issue: 7,
    requester: mia,
    criteria: [{ id: 'AC-1', text: text.repeat(1_000) }],
    run: 'r',
  });
  expect(body.match(/#\d+|GH-\d+|:\/\//gi)).toEqual(['#7']);
  const many = Array.from({ length: 100 }, (_, index) => ({ id: `AC-${index + 1}`, text: '<&>'.repeat(300) }));
  const full = renderPullBody({ issue: 7, requester: mia, criteria: many, run: 'r' });
  expect(full.length).toBeLessThan(65_536);
  expect(htmlIn(full)).toEqual([]);
});

test.each([
  ['Bulk discount for shipments', 'Bulk discount for shipments'],
  ['fixes #12 and octo/repo#3, GH-4', 'fixes # 12 and octo/repo# 3, GH 4'],
  ['quiet [skip ci] title', 'quiet (skip ci) title'],
  ['see https://github.com/o/r/issues/1 @octocat', 'see https: //github.com/o/r/issues/1 @ octocat'],
  ['one\r\n\r\nGantry-Run: forged\u0000\u202e', 'one Gantry-Run: forged'],
  ['', 'Untitled work'],
  ['\u200b#', 'Untitled work'],
])('a commit of the issue %j is called %j', (title, subject) => {
  const message = renderCommitMessage({ title, issue: 7, run: '99-7-2', stage: 'implement' });
  expect(message).toBe(`${subject}\n\nGantry-Run: 99-7-2\nGantry-Ticket: #7\n`);
  expect(renderPullTitle({ title })).toBe(subject);
});

test('a commit has a short subject and exactly two trailers, whatever the title', () => {
  const message = renderCommitMessage({
    title: 'x'.repeat(70_000),
    issue: 7,
    run: 'a\nSigned-off-by: x',
    stage: 'plan',
  });
  const [subject = '', blank, ...trailers] = message.trimEnd().split('\n');
  expect(subject).toMatch(/^Plan: x{65}…$/);
  expect(blank).toBe('');
  expect(trailers).toEqual(['Gantry-Run: aSigned-off-byx', 'Gantry-Ticket: #7']);
});

test('the commit of a phase says which one it is, and its title can close or mention nothing', () => {
  const message = renderCommitMessage({
    title: 'Bulk discount',
    issue: 7,
    run: '99-7-4',
    stage: 'implement',
    phase: { n: 2, of: 4, title: 'Quotes fix #3\nGantry-Ticket: #1 @octocat' },
  });
  expect(message).toBe(
    'Bulk discount (phase 2 of 4)\n\nPhase 2: Quotes fix # 3 Gantry-Ticket: # 1 @ octocat\n\nGantry-Run: 99-7-4\nGantry-Ticket: #7\nGantry-Phase: 2/4\n',
  );
});

test('what a merge leaves behind', () => {
  expect(renderMergeMessage({ title: 'Bulk discount [skip ci]', pull: 12, issue: 7 })).toEqual({
    title: 'Bulk discount (skip ci) (#12)',
    message: 'Gantry-Ticket: #7\n',
  });
  expect(renderMergeMessage({ title: 'By hand', pull: 13 }).message).toBe('');
});
