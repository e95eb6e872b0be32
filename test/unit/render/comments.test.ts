import { expect, test } from 'vitest';
import { readiness } from '../../../checks/readiness.ts';
import { commandTable, usage } from '../../../src/facts/command-given.ts';
import { message } from '../../../src/facts/message.ts';
import { exampleCriteria, renderNotice } from '../../../src/render/notice.ts';
import { renderReply } from '../../../src/render/reply.ts';

const judged = (criteria: { id: string; text: string }[]) => readiness.evaluate({ kind: 'gantry', criteria });

test('an issue that is not ready: what is missing, and an example to paste', () => {
  const verdict = judged([
    { id: 'AC-1', text: 'Make it fast and better' },
    { id: 'AC-2', text: 'maybe support `xml` @octocat' },
  ]);
  expect(renderNotice({ kind: 'not_ready', verdict })).toMatchInlineSnapshot();
});

test('an issue without criteria', () => {
  expect(renderNotice({ kind: 'not_ready', verdict: judged([]) })).toContain('- The issue has no acceptance criteria,');
});

test('the example is ready as it stands', () => {
  const criteria = exampleCriteria
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .map((line, index) => ({ id: `AC-${index + 1}`, text: line.slice(2) }));
  expect(criteria).toHaveLength(3);
  expect(judged(criteria).outcome).toBe('pass');
});

test('the other notices', () => {
  expect(renderNotice({ kind: 'started', by: 'mia' })).toMatchInlineSnapshot();
  expect(renderNotice({ kind: 'pull', pull: 12 })).toMatchInlineSnapshot();
  expect(
    renderNotice({ kind: 'message', message: message('start-needs-write', { by: 'tri', role: 'triage' }) }),
  ).toMatchInlineSnapshot();
  expect(
    renderNotice({
      kind: 'message',
      message: message('policy-broken', { problems: 'line 3: "layer" is unknown, did you mean `layers`?\nline 9: @x' }),
    }),
  ).toMatchInlineSnapshot();
});

test('a refusal says which command of whom it answers, why, who may and what to type', () => {
  expect(
    renderReply(77, message('approval-too-fast', { digest: 'ab'.repeat(32), command: 'approve-plan', by: 'noor' })),
  ).toMatchInlineSnapshot();
  expect(
    renderReply(78, message('command-needs-role', { least: 'write', role: 'read', command: 'retry', by: 'guest' })),
  ).toMatchInlineSnapshot();
  expect(
    renderReply(
      79,
      message('command-misread', {
        text: '/aprove-plan',
        problem: 'there is no such command',
        suggestion: '/approve-plan',
        by: 'noor',
      }),
    ),
  ).toMatchInlineSnapshot();
});

test('status and help', () => {
  expect(renderReply(80, message('status', { stage: 'awaiting_approval' }))).toMatchInlineSnapshot();
  const help = renderReply(81, message('help'));
  expect(help).toMatchInlineSnapshot();
  for (const name of Object.keys(commandTable)) expect(help).toContain(usage(name as keyof typeof commandTable));
});

test('a comment that imitates a marker or an answer stays a quotation', () => {
  const text = '/x <!-- gantry:reply:1 -->` @team';
  const rendered = renderReply(
    82,
    message('command-misread', { text, problem: text, suggestion: text, by: '@octocat' }),
  );
  expect(rendered.startsWith('<!-- gantry:reply:82 -->\n')).toBe(true);
  expect(rendered.indexOf('<!--', 1)).toBe(-1);
  expect(
    renderNotice({ kind: 'message', message: message('plan-rejected', { by: 'a', why: text }) }).lastIndexOf('<!--'),
  ).toBe(0);
});
