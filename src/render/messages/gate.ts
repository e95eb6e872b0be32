// Titles of check runs: what holds a pull request back. The first sentence is the title; next.ts says what to do about it.
import type { Data } from '../fill.ts';
import { wordsOf } from './approval.ts';

export const gate = {
  'gate-fact-set-aside': 'Something about this pull request could not be read.',
  'gate-gathering': 'Reading this pull request.',
  'gate-ungoverned-base': 'The base `{base}` is not governed by the policy.',
  'gate-policy-broken': 'The policy file cannot be read.',
  'gate-governance-pending': 'Governance is not decided yet.',
  'gate-governance': 'Governance failed at {check}.',
  'gate-policy-absent': 'There is no policy file, so nothing is required.',
  'gate-held': 'On hold by {by}.',
  'gate-canceled': 'The work was canceled.',
  'gate-blocked': 'Stopped, a person is needed.',
  'gate-approval-revoked': 'The approval of the plan was revoked.',
  'gate-needs-approval': 'The plan is not approved yet.',
  'gate-phases': 'The plan is not carried out yet: phase {n} of {of} is due.',
  'gate-layers-pending': 'The layers have not run on this commit yet.',
  'gate-no-layers': 'No verification layer is configured.',
  'gate-layer-failed': ({ added }: Data) =>
    added ? 'The layer {layer} was added to the policy since and has not run.' : 'The layer {layer} did not pass.',
  'gate-changes-requested': 'Changes were requested by {by}.',
  'gate-reading-reviewer': 'Reading what the reviewer may do.',
  'gate-unknown-pusher': 'A bot or somebody unknown pushed to this branch.',
  'gate-needs-review': 'Waiting for a review.',
  'gate-needs-reviews': ({ named }: Data) =>
    named
      ? 'Waiting for reviews, {have} of {need} so far, with one by {named}.'
      : 'Waiting for reviews, {have} of {need} so far.',
  'gate-waiver-exceeded': 'More was changed than documentation and tests, and nobody approved the plan.',
  'gate-plan-waived':
    'The policy asks for no approval of this plan, by its {why}. A review before the merge stays mandatory.',
  'gate-plan-demands': ({ named }: Data) =>
    named
      ? 'The policy asks for {need} approvals of this plan, with one by {named}, by its {why}; {have} given so far.'
      : 'The policy asks for {need} approvals of this plan, by its {why}; {have} given so far.',
  'gate-needs-review-foreign-head': 'Waiting for a review of what people pushed.',
  'gate-working': ({ stage }: Data) => `Not done yet, ${wordsOf(stage)}.`,
  'gate-press-ready': 'Waiting for someone to press “Ready for review”.',
  'gate-readying': 'Taking this pull request out of draft.',
  'gate-unboxed': 'A run was not boxed, so Gantry does not merge this.',
  'gate-reused-runner': 'Everything is in order. A person merges, because a runner was used that takes other jobs too.',
  'gate-merging': 'Everything is in order, merging.',
  'gate-merge-queue':
    'Gantry merges its own work itself and does not verify the commits of a merge queue yet. Take this pull request out of the queue: it is merged once its gate is open.',
  'gate-open': 'Everything is in order.',
  'gate-closed': 'Closed without a merge.',
  'layer-success': '{layer} passed. {why}',
  'layer-failure': '{layer} failed. {why}',
  'layer-skipped': '{layer} was skipped. {why}',
  'layer-timed_out': '{layer} ran out of time. {why}',
  'layer-unknown': '{layer} proved nothing. {why}',
  'governance-pass': '{passed} of {total} checks passed.',
  'governance-fail': '{first} failed.',
  'governance-error': '{first} could not be judged, which blocks.',
  'governance-pending': ({ first }: Data) => (first ? 'Waiting for {first}.' : 'Reading this pull request.'),
  'governance-skip': 'No check applied here.',
};
