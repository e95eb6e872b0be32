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
  expect(renderNotice({ kind: 'not_ready', verdict })).toMatchInlineSnapshot(`
    "<!-- gantry:notice -->
    ### Not started: the acceptance criteria are missing something

    - AC-1 says "fast", which two people would judge differently. Give a number, a value or an example, for example "answers within 200 ms" in place of "is fast".
    - AC-2 leaves a decision open ("maybe"). Decide it, or take the criterion out and file it as an issue of its own.

    Edit the issue and it is checked again. Nothing has run and no token was spent.

    This would do, for example:

    \`\`\`markdown
    ## Acceptance criteria

    - When an order has 10 items or more, the total shall be 10 percent lower, rounded to whole cents.
    - While an order has fewer than 10 items, the total shall stay as it is.
    - If an order has no item, then it shall be refused with the message "an order needs at least one item".
    \`\`\`
    "
  `);
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
  expect(renderNotice({ kind: 'started', by: 'mia' })).toMatchInlineSnapshot(`
    "<!-- gantry:notice -->
    Work has started, asked for by mia. The plan comes as a draft pull request for someone to approve. To stop it, type \`/cancel\` or take the label \`ai-ready\` off.
    "
  `);
  expect(renderNotice({ kind: 'pull', pull: 12 })).toMatchInlineSnapshot(`
    "<!-- gantry:notice -->
    Work goes on in #12: its policy comment shows where it stands and what is next.
    "
  `);
  expect(
    renderNotice({ kind: 'message', message: message('start-needs-write', { by: 'tri', role: 'triage' }) }),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:notice -->
    Nothing was started: asking for work takes write permission, and tri has triage permission. Someone with write permission takes the label \`ai-ready\` off and sets it again, or types \`/retry\`.
    "
  `);
  expect(
    renderNotice({
      kind: 'message',
      message: message('policy-broken', { problems: 'line 3: "layer" is unknown, did you mean `layers`?\nline 9: @x' }),
    }),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:notice -->
    Nothing was started: \`.github/harness.yml\` on the default branch has problems.

    - line 3: "layer" is unknown, did you mean \`layers\`?
    - line 9: @​x

    Correct the file there, then type \`/retry\`.
    "
  `);
});

test('a refusal says which command of whom it answers, why, who may and what to type', () => {
  expect(
    renderReply(77, message('approval-too-fast', { digest: 'ab'.repeat(32), command: 'approve-plan', by: 'noor' })),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:reply:77 -->
    \`/approve-plan\` from noor was not carried out.

    The plan changed less than two minutes before this comment, so it may not be the one you read. Read the plan again, then type:

    \`\`\`text
    /approve-plan abababababababababababababababababababababababababababababababab
    \`\`\`
    "
  `);
  expect(
    renderReply(78, message('command-needs-role', { least: 'write', role: 'read', command: 'retry', by: 'guest' })),
  ).toMatchInlineSnapshot(`
    "<!-- gantry:reply:78 -->
    \`/retry\` from guest was not carried out.

    \`/retry\` takes write permission, and guest has read permission. Someone with write permission or more may type it.
    "
  `);
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
  ).toMatchInlineSnapshot(`
    "<!-- gantry:reply:79 -->
    \`/aprove-plan\` could not be read: there is no such command. Did you mean \`/approve-plan\`? Type it in a new comment: edited ones are not read again.
    "
  `);
});

test('status and help', () => {
  expect(renderReply(80, message('status', { stage: 'awaiting_approval' }))).toMatchInlineSnapshot(`
    "<!-- gantry:reply:80 -->
    Right now the plan waits for approval. The policy comment on the pull request shows the rest.
    "
  `);
  const help = renderReply(81, message('help'));
  expect(help).toMatchInlineSnapshot(`
    "<!-- gantry:reply:81 -->
    Type one of these first on a line of a comment.

    | Type | What it does | Least permission |
    |---|---|---|
    | \`/approve-plan [digest]\` | Approve the plan as it stands now, or by policy that one is made. | write |
    | \`/reject-plan <why>\` | Send the plan back with a reason. | write |
    | \`/answer <n> <choice>\` | Answer an open question of the plan. | write |
    | \`/accept-recommended\` | Answer every open question as recommended. | write |
    | \`/retry\` | Try again after a stop. | write |
    | \`/cancel\` | Stop the work on this item. | write |
    | \`/run-ci\` | Push the verified tree although the repository's workflows will run. | write |
    | \`/verify <sha>\` | Run the verification layers on a commit from a fork. | write |
    | \`/hold [why]\` | Stop everything on this item until \`/unhold\`. | triage |
    | \`/unhold\` | Lift a hold. | write |
    | \`/override <check> <why>\` | Let one failed check pass for this head. | maintain |
    | \`/promote <env>\` | Promote the rollout to an environment. | maintain |
    | \`/rollback <env>\` | Roll an environment back. | write |
    | \`/harness status\` | Say where this item stands. | read |
    | \`/harness help\` | List the commands. | read |
    | \`/harness explain [check]\` | Explain the verdict and how to reproduce it. | read |
    | \`/harness pause [why]\` | Start nothing new in this repository. | admin |
    | \`/harness resume\` | Start work in this repository again. | admin |
    "
  `);
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
