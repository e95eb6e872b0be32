// Folds one fact into the state. Total and without judgement: what a fact leads to was decided and is a fact itself.
import type { Receipt } from '../../facts/comment.ts';
import type { RunLine } from '../../facts/pull.ts';
import { Isolation, type Isolation as IsolationKind } from '../../facts/run.ts';
import type { TicketStage } from '../../facts/stage.ts';
import type { TicketFact, TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import type { TicketState } from './state.ts';

type Fold<Type extends TicketFact['type']> = (
  state: TicketState,
  fact: TicketFactOf<Type>,
  context: Context,
) => TicketState;

/** Receipts of the newest comments; older ones have been written long ago. */
const receiptsKept = 30;
const runsKept = 50;

const folds: { [Type in TicketFact['type']]?: Fold<Type> } = {
  IssueLabeled: (state, { label, at, issue }) =>
    label === 'ai-ready' && !isOlder(at, state.label?.at)
      ? { ...state, label: { on: true, at, covers: issue.bodyDigest } }
      : state,
  IssueUnlabeled: (state, { label, at }) =>
    label === 'ai-ready' && state.label && !isOlder(at, state.label.at)
      ? { ...state, label: { ...state.label, on: false, at } }
      : state,
  IssueEdited: (state, { by, issue }) => ({ ...state, edit: { by, digest: issue.bodyDigest } }),
  StartRead: (state, { issue, body, policy, base }) => ({
    ...state,
    ...(issue && { issue }),
    ...(body && { body }),
    policy,
    base: state.plan ? state.base : base,
  }),
  TicketStarted: (state, { by }) => ({ ...state, requester: by }),
  StageEntered: (state, { stage }) => ({
    ...state,
    stage,
    runs: withRun(state.runs, stage),
    ...(stage.name === 'blocked' && {
      blockedOnce: true,
      feedback: Object.values(stage.why.data).join('\n').slice(0, 4_000),
    }),
  }),
  RunDispatched: (state, { run, workflowRun, start }) => ({
    ...state,
    ...(isAwaited(state, run) && { dispatched: { run, start } }),
    runs: state.runs.map((line) => (line.run === run && workflowRun !== undefined ? { ...line, workflowRun } : line)),
  }),
  RunClaimed: (state, { run, workflowRun }) => ({
    ...state,
    runs: state.runs.map((line) => (line.run === run ? { ...line, workflowRun } : line)),
  }),
  RunFinished: runFinished,
  RunLost: (state, { run, outcome }) => ({
    ...state,
    runs: state.runs.map((line) => (line.run === run && !line.outcome ? { ...line, outcome } : line)),
  }),
  BundleInspected: (state, { run, tree }) =>
    state.work?.run === run ? { ...state, work: { ...state.work, tree } } : state,
  TreePushed: (state, { stage, branch, sha, plan }, { now }) => ({
    ...state,
    branch,
    head: sha,
    pushed: [...state.pushed, sha].slice(-20),
    ...(plan && {
      plan,
      planAt: now.toISOString(),
      base: { ref: plan.baseRef, sha: state.dispatched?.start ?? state.base?.sha ?? '' },
    }),
    ...(stage !== 'plan' && state.layers && { layers: { ...state.layers, sha, stored: false } }),
  }),
  PullOpened: (state, { pull }) => ({ ...state, pull }),
  HeadMoved: (state, { sha, pushers }) => ({ ...state, head: sha, pushers }),
  PlanRead: (state, { plan }, { now }) =>
    plan ? { ...state, plan, ...(plan.digest !== state.plan?.digest && { planAt: now.toISOString() }) } : state,
  PullRetargeted: (state, { base }) => ({ ...state, base: { ref: base, sha: state.base?.sha ?? '' } }),
  PullClosed: (state, { merged }) => (merged ? state : without(state, 'pull')),
  PlanApproved: (state, { approval }) => ({ ...without(state, 'revoked'), approval }),
  ApprovalRevoked: (state, { why }) => ({ ...without(state, 'approval'), revoked: why }),
  Held: (state, { by, why }) => ({ ...state, hold: { by: by.login, why, restored: 0 } }),
  HoldRestored: (state) =>
    state.hold ? { ...state, hold: { ...state.hold, restored: state.hold.restored + 1 } } : state,
  Unheld: (state) => without(state, 'hold'),
  CommandGiven: (state, { comment, by }) =>
    by.kind === 'person'
      ? { ...state, receipts: answered(state.receipts, { comment: comment.id, on: comment.on, reaction: 'eyes' }) }
      : state,
  CommentAnswered: (state, { receipt }) => ({ ...state, receipts: answered(state.receipts, receipt) }),
};

export function evolveTicket(state: TicketState, fact: TicketFact, context: Context): TicketState {
  // The table pairs each fact with the fold of its type; TypeScript cannot follow that through the union.
  const fold = folds[fact.type] as Fold<TicketFact['type']> | undefined;
  return fold ? fold(state, fact, context) : state;
}

function runFinished(
  state: TicketState,
  { run, stage, submission, usage, isolation }: TicketFactOf<'RunFinished'>,
): TicketState {
  const next: TicketState = {
    ...state,
    runs: state.runs.map((line) => (line.run === run ? { ...line, outcome: submission.outcome } : line)),
    tokens: { input: state.tokens.input + usage.inputTokens, output: state.tokens.output + usage.outputTokens },
    isolation: weakest(state.isolation, isolation),
  };
  if (!isAwaited(state, run)) return next;
  if (stage === 'implement' && submission.bundle && state.plan && state.dispatched?.run === run) {
    const { artifact } = submission.bundle;
    return { ...next, work: { run, artifact, start: state.dispatched.start, planDigest: state.plan.digest } };
  }
  if (stage === 'verify' && submission.layers && state.stage.name === 'verifying') {
    const { subject } = state.stage;
    const sha = subject.kind === 'head' ? subject.sha : (state.head ?? '');
    return { ...next, layers: { sha, stored: subject.kind === 'bundle', results: submission.layers } };
  }
  return next;
}

const weakest = (was: IsolationKind | undefined, now: IsolationKind): IsolationKind =>
  Isolation.options[Math.max(Isolation.options.indexOf(was ?? 'box'), Isolation.options.indexOf(now))] ?? now;

const isAwaited = ({ stage }: TicketState, run: string): boolean => 'run' in stage && stage.run === run;

/** GitHub's times have whole seconds: an event of the same second is not older. */
const isOlder = (at: string, than: string | undefined): boolean => than !== undefined && at < than;

function withRun(runs: RunLine[], stage: TicketStage): RunLine[] {
  const kind = ({ planning: 'plan', implementing: 'implement', verifying: 'verify' } as const)[
    stage.name as 'planning' | 'implementing' | 'verifying'
  ];
  if (!kind || !('run' in stage) || runs.some((line) => line.run === stage.run)) return runs;
  return [...runs, { run: stage.run, stage: kind }].slice(-runsKept);
}

const answered = (receipts: Receipt[], receipt: Receipt): Receipt[] =>
  [...receipts.filter((one) => one.comment !== receipt.comment), receipt].slice(-receiptsKept);

function without<Key extends 'approval' | 'revoked' | 'hold' | 'pull'>(
  state: TicketState,
  key: Key,
): Omit<TicketState, Key> & TicketState {
  const { [key]: _, ...rest } = state;
  return rest as Omit<TicketState, Key> & TicketState;
}
