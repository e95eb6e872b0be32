// Folds what a run told into the state: its line, what it delivered, what its layers said; and the stage it leads to.
import type { Message } from '../../facts/message.ts';
import type { Phase } from '../../facts/plan.ts';
import type { RunLine } from '../../facts/pull.ts';
import {
  type FailureClass,
  Isolation,
  type Isolation as IsolationKind,
  isUnboxed,
  type RunOutcome,
  type Stage,
  type Submission,
} from '../../facts/run.ts';
import type { StageName, TicketStage } from '../../facts/stage.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import type { TicketState } from './state.ts';
import { withUsage } from './usage.ts';
import { without } from './without.ts';

const runsKept = 50;

/** The stages that wait for a run, and what that run does. */
const runStages: { [Name in StageName]?: Stage } = { planning: 'plan', implementing: 'implement', verifying: 'verify' };
export const runStageOf = (stage: TicketStage): Stage | undefined => runStages[stage.name];

export const phaseOf = (stage: TicketStage): Phase | undefined => ('phase' in stage ? stage.phase : undefined);

export function stageEntered(
  state: TicketState,
  { stage }: TicketFactOf<'StageEntered'>,
  { now }: Pick<Context, 'now'>,
): TicketState {
  const runs = runStageOf(stage);
  const { waitsSince: _, ...kept } = state;
  const atGate = stage.name === 'awaiting_start' || stage.name === 'awaiting_approval';
  const waits = atGate && { waitsSince: now.toISOString() };
  const entered: TicketState = {
    ...(stage.name === 'planning' ? { ...without(kept, 'planned', 'consents'), ...plannedFor(state) } : kept),
    ...waits,
    stage,
    runs: runs && 'run' in stage ? withRun(state.runs, stage.run, runs, phaseOf(stage)) : state.runs,
    // Entering such a stage and asking for its run is one decision (dispatch.ts#start).
    dispatching: state.dispatching + (runs ? 1 : 0),
  };
  const next = without(entered, 'waits');
  // Only people lead out of a stop: what they start is tried again anew.
  if (stage.name === 'blocked') return { ...withFeedback(without(next, 'tried'), stage.why), blockedOnce: true };
  if (stage.name === 'retrying')
    return { ...next, tried: { resume: stage.resume, head: state.head ?? '', n: stage.n } };
  if (stage.name === 'verifying' && stage.subject.kind === 'head' && state.approval)
    return { ...next, [stage.phase ? 'trial' : 'built']: state.approval.planDigest };
  if (stage.name === 'implementing') return without(next, 'trial');
  return withoutFeedback.includes(stage.name) ? without(next, 'feedback') : next;
}

/** What failed was mended. */
const withoutFeedback: readonly StageName[] = ['publishing_plan', 'publishing', 'between_phases', 'in_review'];

const plannedFor = ({ issue }: TicketState): Pick<TicketState, 'plannedFor'> =>
  issue ? { plannedFor: { bodyDigest: issue.bodyDigest, criteria: issue.criteria } } : {};

/** Why an agent's work was not taken: only that is for the next attempt to read. All else would only mislead it. */
const aboutWork = /^(plan-rejected|verification-failed|bundle-|run-(no_change|blocked|failed|timed_out)$)/;

const withFeedback = (state: TicketState, { id, data }: Message): TicketState =>
  aboutWork.test(id)
    ? {
        ...state,
        feedback: [
          data.why,
          data.detail,
          data.paths,
          data.layers,
          ...(id === 'verification-failed' ? shown(state) : []),
        ]
          .filter((part) => part)
          .join('\n')
          .slice(0, 4_000),
      }
    : state;

const testsShown = 10;
const outputShown = 1_500;

/** Which tests failed and how the output ended: without it an agent could only guess. */
const shown = ({ layers }: TicketState): string[] =>
  (layers?.results ?? [])
    .filter(({ conclusion }) => conclusion !== 'success' && conclusion !== 'skipped')
    .flatMap(({ layer, tests = [], tail }) => [
      ...tests
        .filter(({ status }) => status === 'failed')
        .slice(0, testsShown)
        .map(({ name }) => `${layer} failed: ${name}`),
      ...(tail ? [`${layer}, end of the output:\n${tail.slice(-outputShown)}`] : []),
    ]);

export function runFinished(state: TicketState, fact: TicketFactOf<'RunFinished'>): TicketState {
  const { run, submission, usage, isolation } = fact;
  const line = state.runs.find((one) => one.run === run);
  const next: TicketState = {
    ...withUsage(state, usage),
    runs: state.runs.map((one) =>
      one.run === run ? { ...one, outcome: submission.outcome, ...evidenceOf(submission) } : one,
    ),
    isolation: strictest(state.isolation, isolation),
    ...(isUnboxed(isolation) && { unboxed: true }),
  };
  if (!isAwaited(state, run) || line?.outcome) return next;
  return withResult(withConversation(next, fact), fact);
}

const evidenceOf = ({ evidence }: Submission): Pick<RunLine, 'evidence'> =>
  evidence === undefined ? {} : { evidence };

function withResult(state: TicketState, { run, stage, submission }: TicketFactOf<'RunFinished'>): TicketState {
  const start = state.dispatched?.run === run ? state.dispatched.start : undefined;
  const artifact = submission.bundle?.artifact;
  if (stage === 'plan' && artifact !== undefined && start !== undefined)
    return { ...state, planned: { run, artifact, start } };
  if (stage === 'implement' && artifact !== undefined && start !== undefined && state.plan)
    return {
      ...state,
      work: { run, artifact, start, planDigest: state.plan.digest, ...withPhase(phaseOf(state.stage)) },
    };
  if (stage === 'verify' && state.stage.name === 'verifying') {
    const { subject } = state.stage;
    const sha = subject.kind === 'head' ? subject.sha : (state.head ?? '');
    const results = submission.layers ?? (submission.outcome.kind === 'delivered' ? [] : undefined);
    return results ? { ...state, layers: { sha, stored: subject.kind === 'bundle', results } } : state;
  }
  return state;
}

/** What failed around an agent, or only later, is worth going on with; one that refused or got stuck begins anew. */
const goesOn: readonly FailureClass[] = ['infrastructure', 'throttled', 'quota_exhausted', 'auth'];

function withConversation(state: TicketState, { run, stage, submission }: TicketFactOf<'RunFinished'>): TicketState {
  if (stage === 'verify') return state;
  const { outcome, conversation: kept } = submission;
  const worth = outcome.kind === 'delivered' || (outcome.kind === 'failed' && goesOn.includes(outcome.class));
  return kept && worth ? { ...state, conversation: { run, kept } } : without(state, 'conversation');
}

export function bundleInspected(state: TicketState, { run, tree }: TicketFactOf<'BundleInspected'>): TicketState {
  if (state.work?.run === run) return { ...state, work: { ...state.work, tree } };
  if (state.planned?.run === run && state.planned.tree === undefined)
    return {
      ...state,
      planned: { ...state.planned, tree, ...(state.head !== undefined && { expect: state.head }) },
    };
  return state;
}

const strictest = (was: IsolationKind | undefined, now: IsolationKind): IsolationKind =>
  Isolation.options[Math.max(Isolation.options.indexOf(was ?? 'box'), Isolation.options.indexOf(now))] ?? now;

const isAwaited = ({ stage }: TicketState, run: string): boolean => 'run' in stage && stage.run === run;

const withRun = (runs: RunLine[], run: string, stage: Stage, phase: Phase | undefined): RunLine[] =>
  runs.some((line) => line.run === run) ? runs : [...runs, { run, stage, ...withPhase(phase) }].slice(-runsKept);

const withPhase = (phase: Phase | undefined): { phase?: Phase } => (phase ? { phase } : {});

export const withWorkflowRun = (runs: RunLine[], run: string, workflowRun: number): RunLine[] =>
  runs.map((line) => (line.run === run ? { ...line, workflowRun } : line));

/** A dispatch that was answered unclearly may have started two workflow runs: one took the run, and the other's end says nothing. */
export const isOfOther = ({ runs }: TicketState, { run, workflowRun }: TicketFactOf<'RunLost'>): boolean => {
  const taken = runs.find((line) => line.run === run)?.workflowRun;
  return workflowRun !== undefined && taken !== undefined && taken !== workflowRun;
};

/** What became of a run that did not report. One that has reported keeps what it said. */
export const withOutcome = (runs: RunLine[], run: string, outcome: RunOutcome): RunLine[] =>
  runs.map((line) => (line.run === run && !line.outcome ? { ...line, outcome } : line));
