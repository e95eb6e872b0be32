// Why runs are started, and why they are not: what /harness explain answers.
import type { Data } from '../fill.ts';

const heading =
  (what: string) =>
  ({ n }: Data) =>
    `{at} UTC: the {stage} run \`{run}\`${n ? ' of phase {n} of {of} ({title})' : ''} ${what}.`;

export const admission = {
  explain: 'Why runs were started here, and why not, oldest first.',
  'explain-check': ({ check }: Data) =>
    check
      ? 'The check `{check}` says on its own page what it found. Why runs were started here, and why not, oldest first.'
      : 'Why runs were started here, and why not, oldest first.',
  'explain-none': 'No run was asked for yet.',
  'explain-started': heading('was started'),
  'explain-waits': heading('waits'),
  'explain-refused': heading('was refused'),
  'explain-start-approved': 'That a plan is made was approved by {approvers}.',
  'explain-due': 'The {stage} run that is due was asked for.',
  'signal-label': '{by} set the label `ai-ready`.',
  'signal-edit': '{by} edited the issue.',
  'signal-asked': '{by} asked to start anew.',
  'signal-command': '{by} typed `/{command}`.',
  'signal-unheld': '{by} took the label `ai-hold` off.',
  'signal-work': 'Run `{run}` delivered work that is to be verified.',
  'signal-push': '`{sha}` was pushed.',
  'signal-phase': 'Phase {n} of {of} is on the branch, and the approval stands.',
  'signal-again': 'It is tried again after run `{run}`.',
  'signal-other': 'After `{fact}`.',
  'signal-unknown': 'The reason was not kept.',
};
