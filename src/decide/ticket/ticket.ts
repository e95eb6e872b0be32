// The life of a ticket, from the label to the merge. One row per fact; a fact without a row changes nothing.
import { pullStream } from '../../facts/stream.ts';
import { TicketFact, type TicketFactOf } from '../../facts/ticket.ts';
import type { Context, Lifecycle } from '../contract.ts';
import {
  approvalRead,
  baseMoved,
  commentChanged,
  headMoved,
  membersChanged,
  planRead,
  pullClosed,
  pullRetargeted,
} from './approval.ts';
import { authorityRead, commandGiven, commandMisread } from './commands.ts';
import { desiredOfTicket } from './desired.ts';
import { evolveTicket } from './evolve.ts';
import { and, nothing, type TicketDecision } from './moves.ts';
import { reportOf } from './report.ts';
import {
  bundleInspected,
  bundleRefused,
  dispatchDeferred,
  dispatchRefused,
  gaveUp,
  pullOpened,
  pushWaits,
  runFinished,
  runLost,
  treePushed,
  woken,
} from './runs.ts';
import { issueClosed, issueEdited, issueLabeled, issueUnlabeled, labelAuthorityRead, startRead } from './start.ts';
import { initialTicket, isOver, type TicketState } from './state.ts';

type Rule<Type extends TicketFact['type']> = (
  state: TicketState,
  fact: TicketFactOf<Type>,
  context: Context,
) => TicketDecision;

const rules: { [Type in TicketFact['type']]?: Rule<Type> } = {
  IssueLabeled: issueLabeled,
  IssueUnlabeled: issueUnlabeled,
  IssueEdited: issueEdited,
  IssueClosed: issueClosed,
  StartRead: startRead,
  LabelAuthorityRead: labelAuthorityRead,
  CommandGiven: commandGiven,
  CommandMisread: commandMisread,
  AuthorityRead: authorityRead,
  ApprovalRead: approvalRead,
  CommentChanged: commentChanged,
  HeadMoved: headMoved,
  BaseMoved: baseMoved,
  MembersChanged: membersChanged,
  PullRetargeted: pullRetargeted,
  PullClosed: pullClosed,
  PlanRead: planRead,
  DispatchDeferred: dispatchDeferred,
  DispatchRefused: dispatchRefused,
  Woken: woken,
  RunFinished: runFinished,
  RunLost: runLost,
  BundleInspected: bundleInspected,
  BundleRefused: bundleRefused,
  PushWaits: pushWaits,
  TreePushed: treePushed,
  PullOpened: pullOpened,
  GaveUp: gaveUp,
};

/** What the pull request shows of its ticket is told to it whenever it changes. */
function decide(state: TicketState, fact: TicketFact, context: Context): TicketDecision {
  // The table pairs each fact with the rule of its type; TypeScript cannot follow that through the union.
  const rule = rules[fact.type] as Rule<TicketFact['type']> | undefined;
  const decision = rule?.(state, fact, context) ?? nothing;
  const after = (decision.facts ?? []).reduce(
    (next, decided) => evolveTicket(next, decided, context),
    evolveTicket(state, fact, context),
  );
  const report = reportOf(after, context);
  if (after.pull === undefined || JSON.stringify(report) === JSON.stringify(reportOf(state, context))) return decision;
  return and(decision, {
    tell: [{ stream: pullStream(context.repositoryId, after.pull), fact: { type: 'TicketReported', report } }],
  });
}

export const ticketLifecycle: Lifecycle<TicketState, TicketFact> = {
  kind: 'ticket',
  version: 1,
  initial: initialTicket,
  fact: TicketFact,
  decide,
  evolve: evolveTicket,
  desired: desiredOfTicket,
  index: (state) => ({ open: !isOver(state), head: null, base: state.base?.ref ?? null }),
};
