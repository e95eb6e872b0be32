// The prompt of the implement stage: the approved plan's frame. The plan itself lies in the checkout.
import type { TestPlan } from '../../facts/plan.ts';
import { changeFolder } from '../../facts/plan.ts';
import type { Assignment } from '../../facts/run.ts';
import { bullets, dataRule, fenced } from './fence.ts';
import { type PhaseBrief, phaseFences, phaseIntro, phaseRules, phaseSections } from './phase.ts';

/** Read from the approved commit; each undefined where the file is missing or too large. `phase`: only this one is made. */
export type ApprovedPlan = { tasks: string | undefined; testPlan: TestPlan | undefined; phase?: PhaseBrief };

type ImplementAssignment = Pick<Assignment, 'ticket' | 'layers' | 'feedback' | 'repository' | 'setup'> & {
  plan: NonNullable<Assignment['plan']>;
};

/** Pure. */
export function implementPrompt(assignment: ImplementAssignment, approved: ApprovedPlan): string {
  const { ticket, layers, feedback, repository, plan, setup } = assignment;
  const { phase } = approved;
  const folder = changeFolder(plan.changeId);
  const configured = Object.entries(layers).map(([name, layer]) => `\`${name}\`: ${JSON.stringify(layer.run)}`);
  return `You implement one approved change of the repository ${repository.fullName}. The current directory is a checkout that
holds the plan. Nobody can answer questions while you work.

${dataRule(['ISSUE', 'TASKS', 'CRITERIA', 'FEEDBACK', ...(phase ? phaseFences : [])].join(', '))}

# The plan

Change id: \`${plan.changeId}\`. Read all of \`${folder}\` first: proposal.md, design.md and specs/ say what is decided. It was
approved by a person and is not yours to change, except for ticking the boxes of tasks.md as you finish tasks.

${fenced('ISSUE', ticket.title)}

${phase ? `${phaseIntro(phase)}\n\nTasks of this phase, in their order:` : 'Tasks, in their order:'}

${fenced('TASKS', phase?.tasks ?? approved.tasks ?? `Read them in ${folder}tasks.md.`)}

${phase ? 'Acceptance criteria of the whole plan and the tests that must exist and pass after its last phase, under exactly these names:' : 'Acceptance criteria and the tests that must exist and pass, under exactly these names:'}

${fenced('CRITERIA', criteriaOf(ticket.criteria, approved.testPlan))}
${feedback === undefined ? '' : `\nThe last attempt did not pass. What was found:\n\n${fenced('FEEDBACK', feedback)}\n`}
${phase ? phaseSections(phase) : ''}# Rules

${bullets([
  ...(phase ? phaseRules : []),
  `Change only files in this scope: ${plan.scope.map((glob) => `\`${glob}\``).join(', ')}; and tasks.md of the plan. A change elsewhere fails the whole run.`,
  'Tests that exist, scripts and the configuration of builds, tests and lint are put back to their present content before verification, unless the scope names their exact path. Do not weaken, skip or delete a test to make it pass.',
  'Write the tests of the table first and see them fail, then make them pass. A test must fail when the behaviour is wrong.',
  'No stubs, no TODO, no leftovers of debugging, no change that no task asks for.',
  'Leave the result as files in the checkout. Commits are not needed and are not kept.',
])}

# How it will be verified

In a fresh checkout, each by itself; run what applies before you end.
${setup === undefined ? '' : `\nPreparation: ${JSON.stringify(setup)}\n`}
${configured.length > 0 ? bullets(configured) : '- no layer is configured'}

When all tasks are done, end with one paragraph that says what was built and what a reviewer should look at first.
`;
}

function criteriaOf(criteria: Assignment['ticket']['criteria'], testPlan: TestPlan | undefined): string {
  return criteria
    .map(({ id, text }) => {
      const tests = testPlan?.criteria.find((planned) => planned.id === id)?.tests ?? [];
      const named = tests.map(({ layer, name }) => `\n  - ${layer}: ${name}`).join('');
      return `${id}: ${text}${named || '\n  - see test-plan.json of the plan'}`;
    })
    .join('\n');
}
