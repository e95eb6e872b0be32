// The life of a ticket, from the label to the merge. One row per fact; a fact without a row changes nothing.
import type { TicketReport } from '../../facts/pull.ts';
import { pullStream } from '../../facts/stream.ts';
import { TicketFact, type TicketFactOf } from '../../facts/ticket.ts';
import type { Context, Lifecycle } from '../contract.ts';
import { approvalRead } from './approval.ts';
import { baseMoved, commentChanged, headMoved, membersChanged, planRead, pullRetargeted } from './branch.ts';
import { authorityRead, commandGiven, commandMisread, controlChanged } from './commands.ts';
import { desiredOfTicket } from './desired.ts';
import { evolveTicket } from './evolve.ts';
import { gaveUp } from './gave-up.ts';
import { guard } from './guard.ts';
import { labelAuthorityRead } from './hold.ts';
import { and, nothing, type TicketDecision } from './moves.ts';
import { bundleInspected, bundleRefused, pullOpened, pushWaits, treePushed } from './publish.ts';
import { reportOf } from './report.ts';
import {
  dispatchDeferred,
  dispatchRefused,
  priorityChanged,
  runDispatched,
  runFinished,
  runLost,
  runStray,
  runUnseen,
  slotOffered,
} from './runs.ts';
import { factSetAside, replayed } from './set-aside.ts';
import { withSignal } from './signal.ts';
import { runStopped, standstillChanged, ticketStopped } from './standstill.ts';
import {
  issueClosed,
  issueEdited,
  issueLabeled,
  issueUnlabeled,
  pullClosed,
  pullReopened,
  startRead,
} from './start.ts';
import { startApprovalRead } from './start-approval.ts';
import { initialTicket, isOver, type TicketState } from './state.ts';
import { timed, woken } from './wake.ts';

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
  StartApprovalRead: startApprovalRead,
  CommentChanged: commentChanged,
  HeadMoved: headMoved,
  BaseMoved: baseMoved,
  MembersChanged: membersChanged,
  PullRetargeted: pullRetargeted,
  PullClosed: pullClosed,
  PullReopened: pullReopened,
  PlanRead: planRead,
  RunDispatched: runDispatched,
  DispatchDeferred: dispatchDeferred,
  DispatchRefused: dispatchRefused,
  Woken: woken,
  PriorityChanged: priorityChanged,
  SlotOffered: slotOffered,
  RunUnseen: runUnseen,
  RunStray: runStray,
  FactSetAside: factSetAside,
  Replayed: replayed,
  RunFinished: runFinished,
  RunLost: runLost,
  RunStopped: runStopped,
  StandstillChanged: standstillChanged,
  TicketStopped: ticketStopped,
  ControlChanged: controlChanged,
  BundleInspected: bundleInspected,
  BundleRefused: bundleRefused,
  PushWaits: pushWaits,
  TreePushed: treePushed,
  PullOpened: pullOpened,
  GaveUp: gaveUp,
};

/**
 * What the pull request shows of its ticket is told to it whenever it changes, and to a new one at once. A run that begins or
 * ends is told with the change that it leads to: by itself it would only have the comment written once more.
 */
function decide(state: TicketState, fact: TicketFact, context: Context): TicketDecision {
  // The table pairs each fact with the rule of its type; TypeScript cannot follow that through the union.
  const rule = rules[fact.type] as Rule<TicketFact['type']> | undefined;
  const guarded = guard(state, withSignal(rule?.(state, fact, context) ?? nothing, state, fact, context));
  const after = [fact, ...(guarded.facts ?? [])].reduce((next, one) => evolveTicket(next, one, context), state);
  const decision = timed(state, after, guarded);
  // A pull request that is left behind hears of it once more.
  const pull = after.pull ?? state.pull;
  if (pull === undefined) return decision;
  const report = reportOf(after, context);
  if (pull === state.pull && isSame(report, reportOf(state, context))) return decision;
  const told = and(decision, {
    tell: [{ stream: pullStream(context.repositoryId, pull), fact: { type: 'TicketReported', report } }],
  });
  return decision.refused === undefined ? told : { ...told, refused: decision.refused };
}

const byItself = { runs: [], tokens: {}, budgets: [], isolation: '', unboxed: '' };
const isSame = (now: TicketReport, before: TicketReport): boolean =>
  JSON.stringify({ ...now, ...byItself }) === JSON.stringify({ ...before, ...byItself });

export const ticketLifecycle: Lifecycle<TicketState, TicketFact> = {
  kind: 'ticket',
  version: 13,
  initial: initialTicket,
  fact: TicketFact,
  decide,
  evolve: evolveTicket,
  desired: desiredOfTicket,
  index: (state) => ({ open: !isOver(state), head: null, base: state.base?.ref ?? null }),
};
