// Why a comment does not approve a plan, and why an approval fell.
import type { Data } from '../fill.ts';
import { asPermission } from './start.ts';

/** Where a ticket stands, for the middle of a sentence. */
const stageWords: Readonly<Record<string, string>> = {
  idle: 'no work has been started',
  checking: 'the issue is being checked',
  not_ready: 'the issue is not ready to be worked on',
  awaiting_start: 'the ticket waits for approval before a plan is made',
  planning: 'the plan is being written',
  publishing_plan: 'the plan is being published',
  awaiting_approval: 'the plan waits for approval',
  implementing: 'the approved plan is being implemented',
  verifying: 'the work is being verified',
  publishing: 'the verified work is being pushed',
  between_phases: 'a phase of the work is done and the next one is about to begin',
  in_review: 'the work is done and in review',
  retrying: 'a run failed and is about to be tried again',
  merged: 'the work is merged',
  blocked: 'the work is stopped and waits for a person',
  canceled: 'the work is canceled',
};

export const wordsOf = (stage: string | undefined): string =>
  Object.hasOwn(stageWords, stage ?? '') ? (stageWords[stage ?? ''] ?? '{stage}') : '{stage}';

const afterThat: Readonly<Record<string, string>> = {
  awaiting_start: '`/approve-plan` lets the plan be made, `/cancel` ends the work.',
  planning: 'The policy comment on the pull request will show the line to type.',
  publishing_plan: 'The policy comment on the pull request will show the line to type.',
  awaiting_approval: 'It cannot be read right now; `/retry` makes a new one.',
  retrying: 'Nothing to do for you; `/retry` starts it now.',
  blocked: '`/retry` goes on with it.',
  canceled: '`/retry` starts it anew.',
};

/** What the gate before the plan waits for, and what to type. */
export const startAsks = ({ named }: Data): string =>
  `Nothing has run yet: the policy asks for approval before a plan is made, by its {why}. {have} of {need} given so far${named ? ', and one must be by {named}' : ''}. Someone with write permission who did not ask for it reads the issue and types:\n\n\`\`\`text\n/approve-plan\n\`\`\`\n\nTo end the work instead: \`/cancel\`.`;

const issueAgain = 'Read the issue again, then type:\n\n```text\n/approve-plan {digest}\n```';
const again = 'Read the plan again, then type:\n\n```text\n/approve-plan {digest}\n```';

export const approval = {
  'nothing-to-approve': ({ stage = '' }: Data) =>
    `There is no plan to decide on: ${wordsOf(stage)}. ${Object.hasOwn(afterThat, stage) ? afterThat[stage] : '`/harness status` says where it stands.'}`,
  'approval-by-bot': 'Bots do not approve plans. A person with write permission types `/approve-plan`.',
  'approval-not-genuine':
    'This comment does not count as an approval: it was edited, or an app wrote it. Type `/approve-plan` yourself in a new comment, and leave that comment as it is.',
  'approval-needs-write': ({ role }: Data) =>
    `Approving takes write permission, and {by} has ${asPermission(role)} permission. Someone with write permission types \`/approve-plan\`.`,
  'approval-needs-named':
    'The policy names who approves here: {approvers}. One of them types `/approve-plan`; the list is `approval.approvers` in `.github/harness.yml`.',
  'approval-by-requester':
    'Whoever asks for the work does not approve it, and {by} asked for it. Someone else with write permission types `/approve-plan`. A team of one or two may allow it: `approval.requester: true` in `.github/harness.yml`.',
  'approval-by-pusher':
    'Whoever pushed to the branch does not approve its plan, and {by} pushed here. Someone else with write permission types `/approve-plan`.',
  'approval-stale-head':
    'The branch has changed and is being read again. Wait for the policy comment to show the new plan, read it, and type the line shown there.',
  'approval-policy-broken':
    'Nothing was approved: `.github/harness.yml` on the default branch has problems, so who may approve is not known.\n\n- {problems}\n\nCorrect the file there, then type `/approve-plan` once more.',
  'start-approval-stale':
    'The issue was changed after Gantry last read it. Read it again, then type `/approve-plan` once more; `/retry` has Gantry read it at once.',
  'start-approval-wrong-digest': `That digest is not the one of the issue as it stands now. ${issueAgain}`,
  'start-approval-too-fast': `The issue was edited less than two minutes before this comment, so it may not be what you read. ${issueAgain}`,
  'approval-unknown-pusher':
    'The plan was not approved: the newest commit on this branch is not Gantry’s, and a bot or somebody unknown has pushed here, so it may be the work of whoever approves. `/retry` has Gantry make and push a new plan.',
  'approval-stale-issue': ({ criteria }: Data) =>
    criteria
      ? 'The acceptance criteria of the issue were edited after this plan was made, so it is a plan for something else. `/retry` makes a new plan for the issue as it is now.'
      : 'The issue was edited after Gantry last read it. Wait a moment, read the issue again, then type `/approve-plan` once more; `/retry` makes a new plan for it.',
  'approval-wrong-digest': `That digest is not the one of the plan as it stands now. ${again}`,
  'approval-too-fast': `The plan changed less than two minutes before this comment, so it may not be the one you read. ${again}`,
  'plan-not-approvable':
    'This plan cannot be approved yet: `harness/governance` says what is wrong with it. Push a correction to the branch, or type `/retry` for a new plan.',
  'start-gate': (data: Data) =>
    `Asked for by {by}. ${startAsks(data)}\n\nThe plan itself is for people to approve later, as always.`,
  'plan-gone': 'The plan can no longer be read on the branch. `/retry` makes a new one.',
  'plan-changed': 'The plan was changed after it had been approved.',
  'plan-replaced': 'A new plan took the place of the approved one.',
  'base-moved': 'Files that the plan is about have changed on the base branch since it was approved.',
  'approver-lost-write': 'The person who approved, {login}, no longer has write permission.',
  retargeted: 'The pull request now goes to `{base}`, another base than the one approved.',
  'approval-comment-changed': ({ how }: Data) =>
    `The comment that approved the plan was ${how === 'deleted' ? 'deleted' : 'edited'} by {by}.`,
  'approval-expired':
    'Nobody approved the plan within {days} days, so it was put aside. That is `gates.expireDays` in `.github/harness.yml`. Nothing was merged. `/retry` has it wait for approval again.',
  'start-expired':
    'Nobody approved within {days} days that a plan is made, so the work was put aside. That is `gates.expireDays` in `.github/harness.yml`. Nothing has run. `/retry` has it wait for approval again.',
  'plan-rejected': 'The plan was sent back by {by}: {why}\n\n`/retry` makes a new plan that is told so.',
};
