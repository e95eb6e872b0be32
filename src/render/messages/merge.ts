// Why Gantry did not merge at the last moment. Each of these is also the next step, so it says what to do.
import type { Data } from '../fill.ts';

export const merge = {
  'merge-refused':
    'GitHub refused the merge: {detail}\n\nSettle what it names; a new commit, or `/retry`, has everything checked again.',
  'merge-not-approved': ({ why }: Data) =>
    why
      ? 'Not merged, the approval does not hold: {why}\n\nRead the plan again, then type `/approve-plan`.'
      : 'Not merged, no approval of the plan holds. Read the plan again, then type `/approve-plan`.',
  'merge-head-moved': 'Not merged, a new commit arrived. It is being checked now.',
  'merge-review-missing':
    'Not merged, no approving review holds any more. Someone with write permission, other than the requester, approves this commit in a review.',
  'merge-policy-changed': 'Not merged, the policy changed meanwhile. Everything is judged again by the new one.',
  'merge-paused':
    'Not merged: it was forbidden a moment before, by whoever runs Gantry. Once it may go on, `/retry` has everything checked again.',
  'merge-held': 'Not merged, it was put on hold. Someone with write permission lifts the hold with `/unhold`.',
  'merge-state-moved':
    'Not merged yet, something changed a moment ago. It is judged again, and merged once nothing stands in the way; `/harness status` says where it is.',
  'merge-shared-head':
    'Not merged: pull request #{pulls} has the same head, and one check speaks for both. Close the other one, or push a commit to it, then type `/retry`.',
};
