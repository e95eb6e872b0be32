// Which stage may follow which, and the facts that may lead there. docs/spec/ticket.md shows this table.
import type { StageName } from '../../facts/stage.ts';
import type { TicketFact } from '../../facts/ticket.ts';

type Cause = TicketFact['type'];

/** What stops the work in any stage that has not ended. */
const stopped: readonly Cause[] = [
  'IssueUnlabeled',
  'IssueClosed',
  'AuthorityRead',
  'StartRead',
  'PullClosed',
  'TicketStopped',
];
/** A hold, by label or by command; or something that could not be decided on. */
const held: readonly Cause[] = ['IssueLabeled', 'AuthorityRead', 'FactSetAside'];
/** What lifts a hold, or tries again: people by a command, an operator by replaying a dead letter. */
const resumed: readonly Cause[] = ['AuthorityRead', 'LabelAuthorityRead', 'Replayed'];
/** What an approval falls by. */
const fallen: readonly Cause[] = ['PlanRead', 'StartRead', 'PullRetargeted', 'CommentChanged'];
/** Why a run, or asking for one, ends without a result. */
const runFailed: readonly Cause[] = ['RunFinished', 'RunLost', 'RunStopped', 'DispatchRefused', 'GaveUp'];
/** What fails and passes by itself. */
const passing: readonly Cause[] = ['RunFinished', 'RunLost', 'GaveUp'];
/** The pause before a further try is over, or a person does not wait for its end. */
const again: readonly Cause[] = ['Woken', 'AuthorityRead'];

export const transitions: Record<StageName, { [To in StageName]?: readonly Cause[] }> = {
  idle: { checking: ['IssueLabeled', 'AuthorityRead'], merged: ['PullClosed'] },
  checking: {
    checking: ['IssueLabeled', 'AuthorityRead'],
    idle: ['StartRead'],
    not_ready: ['StartRead'],
    awaiting_start: ['StartRead'],
    planning: ['StartRead'],
    blocked: ['StartRead', 'GaveUp', 'FactSetAside'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  not_ready: {
    checking: ['IssueLabeled', 'IssueEdited', 'AuthorityRead'],
    idle: ['StartRead'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  awaiting_start: {
    checking: ['IssueLabeled', 'IssueEdited', 'AuthorityRead'],
    idle: ['StartRead'],
    planning: ['StartApprovalRead'],
    blocked: ['FactSetAside', 'Woken'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  planning: {
    awaiting_start: ['DispatchDeferred'],
    publishing_plan: ['RunFinished'],
    retrying: passing,
    blocked: [...held, ...runFailed, 'StartRead'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  publishing_plan: {
    publishing_plan: ['PushWaits', 'AuthorityRead'],
    awaiting_approval: ['TreePushed', 'PullOpened'],
    retrying: ['GaveUp'],
    blocked: [...held, 'BundleRefused', 'GaveUp'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  awaiting_approval: {
    awaiting_start: ['AuthorityRead'],
    planning: ['AuthorityRead'],
    implementing: ['ApprovalRead', 'PlanRead'],
    verifying: ['ApprovalRead', 'PlanRead'],
    blocked: ['AuthorityRead', 'PlanRead', 'FactSetAside', 'Woken'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  implementing: {
    verifying: ['BundleInspected'],
    retrying: passing,
    awaiting_approval: fallen,
    blocked: [...held, ...runFailed, 'BundleRefused', 'PlanRead', 'RunDispatched'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  verifying: {
    verifying: ['PlanRead'],
    publishing: ['RunFinished'],
    between_phases: ['RunFinished'],
    in_review: ['RunFinished'],
    retrying: passing,
    awaiting_approval: fallen,
    blocked: [...held, ...runFailed, 'PlanRead'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  publishing: {
    publishing: ['PushWaits', 'AuthorityRead'],
    between_phases: ['TreePushed'],
    in_review: ['TreePushed'],
    retrying: ['GaveUp'],
    awaiting_approval: fallen,
    blocked: [...held, 'BundleRefused', 'PlanRead', 'AuthorityRead', 'GaveUp'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  between_phases: {
    implementing: ['PlanRead'],
    awaiting_approval: fallen,
    blocked: [...held, 'PlanRead', 'GaveUp'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  in_review: {
    verifying: ['PlanRead', 'AuthorityRead'],
    awaiting_approval: fallen,
    blocked: ['PlanRead', 'GaveUp', 'FactSetAside'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  retrying: {
    awaiting_start: again,
    planning: again,
    publishing_plan: again,
    awaiting_approval: [...again, ...fallen],
    implementing: again,
    verifying: again,
    publishing: again,
    between_phases: again,
    blocked: [...held, ...again, 'PlanRead'],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  blocked: {
    checking: resumed,
    awaiting_start: resumed,
    planning: resumed,
    publishing_plan: resumed,
    awaiting_approval: [...resumed, ...fallen],
    implementing: resumed,
    verifying: [...resumed, 'PlanRead'],
    publishing: resumed,
    between_phases: resumed,
    blocked: ['PlanRead', 'FactSetAside', ...resumed],
    canceled: stopped,
    merged: ['PullClosed'],
  },
  canceled: {
    checking: ['IssueLabeled', 'AuthorityRead'],
    awaiting_approval: ['StartRead'],
    merged: ['PullClosed'],
  },
  merged: {},
};

export const mayEnter = (from: StageName, to: StageName): boolean => transitions[from][to] !== undefined;

/** The first stage that these stages, entered one after another, must not go to; undefined where all is legal. */
export function illegalStep(
  from: StageName,
  entered: readonly StageName[],
): { from: StageName; to: StageName } | undefined {
  let at = from;
  for (const to of entered) {
    if (!mayEnter(at, to)) return { from: at, to };
    at = to;
  }
  return undefined;
}
