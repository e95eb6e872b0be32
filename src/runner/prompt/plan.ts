// The prompt of the plan stage: everything the agent needs to know, and the exact form of what it hands in.

import { mostPhases } from '../../facts/plan.ts';
import type { Assignment } from '../../facts/run.ts';
import { bullets, dataRule, fenced } from './fence.ts';

type PlanAssignment = Pick<Assignment, 'ticket' | 'layers' | 'feedback' | 'repository'>;

const example = {
  version: 1,
  scope: ['src/example.js', 'test/unit/example.test.js'],
  criteria: [
    {
      id: 'AC-1',
      text: 'the criterion, word for word',
      tests: [{ layer: 'unit', name: 'suite > what the test shows' }],
    },
  ],
};

/** Pure. The issue's text is fenced; criteria are repeated because ids are joined by them. */
export function planPrompt({ ticket, layers, feedback, repository }: PlanAssignment): string {
  const criteria = ticket.criteria.map(({ id, text }) => `${id}: ${text}`).join('\n');
  const configured = Object.entries(layers).map(([name, layer]) => `\`${name}\`: ${JSON.stringify(layer.run)}`);
  return `You plan one change of the repository ${repository.fullName}. The current directory is a checkout of it. Nobody can
answer questions while you work. You write a plan and no code: a person reads and approves it before anything is built.

${dataRule('ISSUE, CRITERIA, FEEDBACK')}

# The request: issue #${ticket.number}

${fenced('ISSUE', `${ticket.title}\n\n${ticket.body}`)}

Acceptance criteria, with the ids that the plan must use:

${fenced('CRITERIA', criteria)}
${feedback === undefined ? '' : `\nAn earlier plan was not accepted. What was said:\n\n${fenced('FEEDBACK', feedback)}\n`}
# How to work

1. Explore: read the code, tests and \`openspec/specs/\` that the request touches. Verify every path, symbol and command that
   you are going to name.
2. Walk through the decisions that are open. Decide each one with the answer you recommend, and write down why and what
   you decided against. State at the end of the proposal how many are confirmed, deferred and silently assumed; the last
   two must be 0.
3. Choose a change id: lower case words joined by "-". Write the plan and check it against the rules below.

# What to hand in

Only files below \`openspec/changes/<change id>/\`. Every other change of the checkout is refused.

- \`proposal.md\`: sections \`## Why\`, \`## What Changes\`, \`## Capabilities\` (New, Modified), \`## Impact\`.
- \`design.md\`: sections \`## Context\`, \`## Goals / Non-Goals\`, \`## Decisions\`, \`## Risks / Trade-offs\`.
- \`specs/<capability>/spec.md\`: sections \`## ADDED Requirements\`, \`## MODIFIED Requirements\` or \`## REMOVED Requirements\`;
  below them \`### Requirement: <name>\` with a sentence that has SHALL or MUST, and for each at least one
  \`#### Scenario: <name>\` with the lines \`- **WHEN** …\` and \`- **THEN** …\`.
- \`tasks.md\`: phases as \`## 1. <name>\`, tasks as \`- [ ] 1.1 <what>\`. Each phase is made by
  a run of its own that sees only its tasks, and is verified, committed and pushed before the next begins: every layer passes
  at its end. Most changes are one phase; at most ${mostPhases}.
- \`test-plan.json\`: valid JSON of exactly this form.

\`\`\`json
${JSON.stringify(example, null, 2)}
\`\`\`

Rules of \`test-plan.json\`:

${bullets([
  '`scope` lists every file that the change will touch outside its own folder, as paths or globs (`*`, `?`, `**` as a whole segment, `{a,b}`), relative to the root, without `..`. It must not cover the whole repository. Keep it as small as the work.',
  'A file that configures builds or tests (package.json, lockfiles, *.config.*, Makefile, lint and CI settings), a script, or a test that exists already is put back to its present content before verification, unless `scope` names its exact path.',
  '`criteria` has one entry for each acceptance criterion above, with its id and its text unchanged, and at least one test each.',
  'A test is named as its report will name it: suite and case joined by " > ". `layer` is the layer that runs it.',
])}

The layers of this repository:

${configured.length > 0 ? bullets(configured) : '- none is configured; name the layer `unit` for tests'}

\`.github/**\` and git's own files can never be changed. End with one paragraph that says what the plan is.
`;
}
