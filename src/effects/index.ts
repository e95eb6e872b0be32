// The registry: one effect per command, tested against the folder.
import { askReview } from './ask-review.ts';
import { cancelRun } from './cancel-run.ts';
import { changeControl } from './change-control.ts';
import type { Effects } from './contract.ts';
import { dispatchRun } from './dispatch-run.ts';
import { gatherPull } from './gather-pull.ts';
import { inspectBundle } from './inspect-bundle.ts';
import { markReady } from './mark-ready.ts';
import { mergePull } from './merge-pull.ts';
import { openPull } from './open-pull.ts';
import { pushTree } from './push-tree.ts';
import { readApproval, readStartApproval } from './read-approval.ts';
import { readAuthority, readLabelAuthority } from './read-authority.ts';
import { readPlan } from './read-plan.ts';
import { readReviewer } from './read-reviewer.ts';
import { readStart } from './read-start.ts';

export const effects: Effects = {
  AskReview: askReview,
  CancelRun: cancelRun,
  ChangeControl: changeControl,
  DispatchRun: dispatchRun,
  GatherPull: gatherPull,
  InspectBundle: inspectBundle,
  MarkReady: markReady,
  MergePull: mergePull,
  OpenPull: openPull,
  PushTree: pushTree,
  ReadApproval: readApproval,
  ReadAuthority: readAuthority,
  ReadLabelAuthority: readLabelAuthority,
  ReadPlan: readPlan,
  ReadReviewer: readReviewer,
  ReadStart: readStart,
  ReadStartApproval: readStartApproval,
};
