// Folds one fact into the state. Total and without judgement: what a fact leads to was decided and is a fact itself.
import { atLeast } from '../../facts/person.ts';
import type { TicketFact, TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { withReceipt } from '../receipts.ts';
import { withAdmission } from './admissions.ts';
import { budgetExceeded, dispatchRefused } from './budget.ts';
import { headMoved, phaseCompleted, planRead, pullClosed, treePushed } from './evolve-branch.ts';
import { bundleInspected, isOfOther, runFinished, stageEntered, withOutcome, withWorkflowRun } from './evolve-run.ts';
import { standing } from './plan-gate.ts';
import { withStandstill } from './standstill.ts';
import { withoutStartConsents, withStartConsent } from './start-gate.ts';
import {
  initialTicket,
  isOver,
  isUnseen,
  liveRun,
  notStarted,
  type TicketState,
  waitsForSlot,
  withLabels,
  withPolicy,
} from './state.ts';
import { withUsage } from './usage.ts';
import { without } from './without.ts';

type Fold<Type extends TicketFact['type']> = (
  state: TicketState,
  fact: TicketFactOf<Type>,
  context: Context,
) => TicketState;

const folds: { [Type in TicketFact['type']]?: Fold<Type> } = {
  IssueLabeled: (state, { label, at, by, issue }) => {
    if (label === 'ai-hold') return by.kind === 'person' ? holdLabel(state, true, at) : state;
    return label === 'ai-ready' && !isOlder(at, state.label?.at)
      ? { ...state, label: { on: true, at, covers: issue.bodyDigest, by } }
      : state;
  },
  IssueUnlabeled: (state, { label, at }) => {
    if (label === 'ai-hold') return holdLabel(state, false, at);
    return label === 'ai-ready' && state.label && !isOlder(at, state.label.at)
      ? { ...state, label: { ...state.label, on: false, at } }
      : state;
  },
  IssueEdited: (state, { by, issue, at }) => ({ ...state, edit: { by, digest: issue.bodyDigest, at } }),
  StartRead: startRead,
  TicketStarted: (state, { by }) => ({
    ...without(state.pullClosed ? leaveBranch(state) : state, 'feedback', 'revoked', 'fell'),
    requester: by,
  }),
  StageEntered: (state, fact, context) => {
    const next = stageEntered(state, fact, context);
    return isOver(next) ? without(next, 'standstill', 'labels', 'startConsents') : next;
  },
  RunDispatched: (state, fact, { now }) => ({
    ...answered(withAdmission(state, fact, now)),
    ...('run' in state.stage && state.stage.run === fact.run && { dispatched: { run: fact.run, start: fact.start } }),
    runs: fact.workflowRun === undefined ? state.runs : withWorkflowRun(state.runs, fact.run, fact.workflowRun),
  }),
  DispatchDeferred: (state, fact, { now }) =>
    withoutStartConsents(answered(withAdmission(state, fact, now)), fact.lapsed),
  DispatchRefused: (state, fact, { now }) => dispatchRefused(answered(withAdmission(state, fact, now)), fact),
  BudgetExceeded: budgetExceeded,
  GaveUp: (state, { command }) => (command === 'DispatchRun' ? answered(state) : state),
  Woken: (state) => (waitsForSlot(state) ? asked(state) : state),
  PriorityChanged: (state) => (waitsForSlot(state) ? asked(state) : state),
  SlotOffered: (state, { run }) => (waitsForSlot(state) && liveRun(state) === run ? asked(state) : state),
  RunUnseen: (state, { run }) => (isUnseen(state, run) ? asked(state) : state),
  RunClaimed: (state, { run, workflowRun, start }) => ({
    ...state,
    ...(start !== undefined && 'run' in state.stage && state.stage.run === run && { dispatched: { run, start } }),
    runs: withWorkflowRun(state.runs, run, workflowRun),
  }),
  RunFinished: runFinished,
  StandstillChanged: withStandstill,
  RunStopped: (state, { run, by, why }) => ({
    ...state,
    runs: withOutcome(state.runs, run, { kind: 'cancelled', why: `stopped by ${by}: ${why}` }),
  }),
  RunLost: (state, fact) =>
    isOfOther(state, fact)
      ? state
      : withUsage({ ...state, runs: withOutcome(state.runs, fact.run, fact.outcome) }, fact.usage),
  BundleInspected: bundleInspected,
  TreePushed: treePushed,
  PullOpened: (state, { pull }) => ({ ...without(state, 'pullClosed'), pull }),
  PullClosed: pullClosed,
  PullReopened: (state, { pull }) => (pull === state.pull ? without(state, 'pullClosed') : state),
  HeadMoved: headMoved,
  BaseMoved: (state, { ref, sha }) => (ref === state.base?.ref ? { ...state, baseTip: sha } : state),
  PlanRead: (state, fact, context) => withPolicy(planRead(state, fact, context), fact.policy),
  ApprovalRead: (state, { policy, labels }) => withLabels(withPolicy(state, policy), labels),
  StartApprovalRead: (state, { policy, labels, lapsed }) =>
    withoutStartConsents(withLabels(withPolicy(state, policy), labels), lapsed),
  StartConsented: (state, { consent }) => withStartConsent(state, consent),
  MembersChanged: (state, { login }) => withoutStartConsents(state, [login]),
  PullRetargeted: (state, { base }) => ({ ...state, base: { ref: base, sha: state.base?.sha ?? '' } }),
  PlanConsented: (state, { approval }) => ({ ...state, consents: [...standing(state, approval), approval] }),
  PlanApproved: (state, { approval }) => ({ ...without(state, 'revoked', 'fell', 'consents'), approval }),
  CommentChanged: (state, { comment }) => ({
    ...state,
    ...(state.consents && { consents: state.consents.filter((one) => one.comment !== comment) }),
    ...(state.startConsents && { startConsents: state.startConsents.filter((one) => one.comment !== comment) }),
  }),
  ApprovalRevoked: (state, { why }) => ({
    ...without(state, 'approval'),
    revoked: why,
    ...(state.approval && { fell: state.approval }),
  }),
  PhaseCompleted: phaseCompleted,
  Held: (state, { by, why }) => ({ ...state, hold: { by: by.login, why } }),
  HoldRestored: (state) => putRight(state, true),
  Unheld: (state) => without(state.holdLabel?.on ? putRight(state, true) : state, 'hold'),
  CommandGiven: (state, { comment, by }) =>
    by.kind === 'person'
      ? {
          ...state,
          receipts: withReceipt(state.receipts, { comment: comment.id, on: comment.on, reaction: 'eyes' }),
        }
      : state,
  CommentAnswered: (state, { receipt }) => ({ ...state, receipts: withReceipt(state.receipts, receipt) }),
  Compacted: (_, { state }) => ({ ...initialTicket, ...(state as Partial<TicketState>) }),
};

export function evolveTicket(state: TicketState, fact: TicketFact, context: Context): TicketState {
  // The table pairs each fact with the fold of its type; TypeScript cannot follow that through the union.
  const fold = folds[fact.type] as Fold<TicketFact['type']> | undefined;
  return fold ? fold(state, fact, context) : state;
}

/** GitHub's times have whole seconds: an event of the same second is not older. */
const isOlder = (at: string, than: string | undefined): boolean => than !== undefined && at < than;

const holdLabel = (state: TicketState, on: boolean, at: string): TicketState =>
  isOlder(at, state.holdLabel?.at) ? state : { ...state, holdLabel: { on, at, writes: state.holdLabel?.writes ?? 0 } };

/** Each time counts, so that the same label can be put right again. */
const putRight = (state: TicketState, on: boolean): TicketState =>
  state.holdLabel ? { ...state, holdLabel: { ...state.holdLabel, on, writes: state.holdLabel.writes + 1 } } : state;

/** The DispatchRun of the live run is asked for once more. */
const asked = (state: TicketState): TicketState => ({ ...state, dispatching: state.dispatching + 1 });

/** A DispatchRun was answered, whichever it was. */
const answered = (state: TicketState): TicketState => ({ ...state, dispatching: Math.max(0, state.dispatching - 1) });

/** A policy that broke while work goes on does not replace the one in force: defaults would be laxer than what was agreed. */
function startRead(state: TicketState, fact: TicketFactOf<'StartRead'>): TicketState {
  const { by, covers, role, issue, body, policy, base } = fact;
  const allowed = covers === 'event' && state.label?.by.id === by.id && by.kind === 'person' && atLeast(role, 'write');
  return {
    ...withoutStartConsents(state, fact.lapsed),
    ...(issue && { issue }),
    ...(fact.labels && { labels: withLabels(state, fact.labels).labels ?? [] }),
    ...(body && { body }),
    ...(state.label && allowed && { label: { ...state.label, allowed } }),
    policy: policy.status === 'broken' && !notStarted(state) && state.policy ? state.policy : policy,
    base: state.plan && !state.pullClosed ? (state.base ?? base) : base,
  };
}

/** The branch of a pull request that was closed is nobody's any more: it may be gone, or hold what people left there. */
const leaveBranch = (state: TicketState): TicketState => ({
  ...without(
    state,
    'branch',
    'head',
    'plan',
    'planAt',
    'plannedFor',
    'unknownPusher',
    'planned',
    'work',
    'built',
    'phases',
    'trial',
    'layers',
    'pull',
    'pullClosed',
    'baseTip',
  ),
  pushers: [],
  branchesLeft: state.branchesLeft + 1,
});
