// The nearest thing that somebody has to do, or what is being waited for.
import type { Data } from '../fill.ts';
import { startAsks } from './approval.ts';

const nothingToDo = 'Nothing to do for you.';

const ofTicket = {
  'next-idle': 'To start, someone with write permission sets the label `ai-ready` on the issue.',
  'next-checking': `Gantry is reading. ${nothingToDo}`,
  'next-not_ready': 'The issue needs testable acceptance criteria; editing it has it checked again.',
  'next-awaiting_start': startAsks,
  'next-planning': `The agent writes the plan in run \`{run}\`. ${nothingToDo}`,
  'next-publishing_plan': `The plan is being published. ${nothingToDo}`,
  'next-awaiting_approval': 'Someone with write permission reads the plan and types `/approve-plan`.',
  'next-approve':
    'Read the plan. If it is right, someone with write permission who did not ask for it types:\n\n```text\n/approve-plan {digest}\n```\n\nIf not: `/reject-plan <why>`.',
  'next-implementing': ({ n }: Data) =>
    `The agent implements ${n ? 'phase {n} of {of} of the plan ({title})' : 'the plan'} in run \`{run}\`. ${nothingToDo}`,
  'next-verifying': ({ n }: Data) =>
    `The layers run${n ? ' on phase {n} of {of} ({title})' : ''} in a fresh box, run \`{run}\`. ${nothingToDo}`,
  'next-between_phases': `Phase {n} of {of} is on the branch. The approval is read again, then the next phase begins. ${nothingToDo}`,
  'next-run-ci':
    'The work is verified. Pushing it starts workflows that hold secrets ({workflows}), so someone with write permission looks at them first and types:\n\n```text\n/run-ci\n```',
  'next-run-ci-plan':
    'The plan is written and inspected; it holds plan files only. Pushing it starts workflows that hold secrets ({workflows}), so someone with write permission looks at them first and types:\n\n```text\n/run-ci\n```',
  'next-retrying':
    'It failed because: {why}\n\nThis passes by itself, so it is tried again at {at} (try {n} of {of}). `/retry` starts it now; `/hold` or `/cancel` stops it.',
  'next-in_review': 'Someone with write permission, other than the requester, reviews the code.',
  'next-blocked': 'Someone with write permission types `/retry` to go on, or `/cancel` to end it.',
  'next-canceled': 'Nothing goes on here. `/retry` starts anew.',
  'next-held': 'On hold by {by}. Someone with write permission lifts it with `/unhold`.',
  'next-merge-it': 'Everything is in order. A person with write permission merges this.',
  'next-merging': `Everything is in order and Gantry merges. ${nothingToDo}`,
  'next-merged': 'Nothing is left to do.',
  'next-closed': 'Nothing goes on here.',
};

const ofGate = {
  'next-gate-fact-set-aside':
    'This is a fault of Gantry, so nothing is merged until an operator has looked at its dead letters.',
  'next-gate-gathering': `Gantry is reading this pull request. ${nothingToDo}`,
  'next-gate-ungoverned-base':
    'Change the base to the default branch. Checks belong to a commit: a green one here would count everywhere.',
  'next-gate-policy-broken':
    'Correct `.github/harness.yml` on the default branch; `harness/governance` lists its problems.',
  'next-gate-governance-pending': `It waits for the layers. ${nothingToDo}`,
  'next-gate-governance': '`harness/governance` says what to correct. Push the correction to this branch.',
  'next-gate-policy-absent':
    'To have pull requests checked, add `.github/harness.yml` with `version: 1` and your `layers:`, or run `gantry init`.',
  'next-gate-held': 'Someone with write permission lifts it with `/unhold`.',
  'next-gate-canceled': 'Close this pull request, or type `/retry` to start anew.',
  'next-gate-blocked': 'The policy comment says why, and what to type.',
  'next-gate-approval-revoked': 'Read the plan again, then type the line that the policy comment shows.',
  'next-gate-needs-approval': 'Read the plan, then type the line that the policy comment shows.',
  'next-gate-phases': `Each phase is verified and pushed by itself. ${nothingToDo}`,
  'next-gate-layers-pending': `They are about to run. ${nothingToDo}`,
  'next-gate-no-layers': ({ detected }: Data) =>
    detected
      ? 'Name them under `layers:` in `.github/harness.yml` on the default branch, then type `/retry`. Detected in this repository:\n\n- {detected}'
      : 'Add one of `static`, `unit`, `integration`, `smoke` under `layers:` in `.github/harness.yml` on the default branch, then type `/retry`.',
  'next-gate-layer-failed': ({ added }: Data) =>
    added
      ? 'Type `/retry` to verify this commit again by the policy as it is now.'
      : '`harness/{layer}` shows its output. Push a fix, or type `/retry` to run the layers again.',
  'next-gate-changes-requested': 'Push the changes, then have {by} review again.',
  'next-gate-reading-reviewer': nothingToDo,
  'next-gate-unknown-pusher':
    'Whoever is behind that push could review their own code, so no review counts here. A commit that Gantry itself pushes clears it: close this pull request and type `/retry` on the issue to start anew.',
  'next-gate-needs-review':
    'Someone with write permission, other than the requester, reviews the code and approves this commit.',
  'next-gate-needs-reviews':
    'People with write permission, other than the requester, review the code and approve this commit. The policy asks for that by its {why}.',
  'next-gate-waiver-exceeded': 'Type `/retry` for a new plan, or close this pull request.',
  'next-gate-needs-review-foreign-head':
    'The newest commit is not Gantry’s. Someone with write permission who neither asked for the work nor pushed here approves exactly this commit in a review.',
  'next-gate-working': nothingToDo,
  'next-gate-press-ready': 'GitHub does not let Gantry take this out of draft. Please press “Ready for review” below.',
  'next-gate-readying': nothingToDo,
  'next-gate-unboxed':
    'Nothing kept the agent’s code apart from the runner. Whether to merge is for a person to decide.',
};

/** An approval that fell at the very last moment: these are told as reasons of a merge that was refused. */
const readAgain = 'Read the plan again, then type the line that the policy comment shows.';
const ofApproval = {
  'next-plan-changed': readAgain,
  'next-base-moved': readAgain,
  'next-approver-lost-write': 'Someone else with write permission reads the plan and types `/approve-plan`.',
  'next-retargeted': 'Change the base back, or read the plan again and type `/approve-plan`.',
};

export const next = { ...ofTicket, ...ofGate, ...ofApproval };
