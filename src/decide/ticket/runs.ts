// What becomes of a run: put off, refused, lost, finished. A run that nobody waits for leads to nothing but its end.
import { message } from '../../facts/message.ts';
import { LayerName } from '../../facts/policy.ts';
import type { LayerResult } from '../../facts/run.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { isAboutLive } from './admissions.ts';
import { outrun, reread } from './branch.ts';
import { endedByBudget } from './budget.ts';
import { dispatch } from './dispatch.ts';
import { evolveTicket } from './evolve.ts';
import { isOfOther, runStageOf } from './evolve-run.ts';
import { and, ask, block, enter, halt, nothing, resumePoint, type TicketDecision } from './moves.ts';
import { afterPhase, isLast, phaseOnHead } from './phases.ts';
import { inspect, publish } from './publish.ts';
import { awaitStart, mayStart } from './start-gate.ts';
import { isUnseen, liveRun, policyOf, type TicketState, waitsForSlot } from './state.ts';
import { runEnded } from './try-again.ts';

/** Seconds until a deferred dispatch is tried again. Only a backstop: a slot that comes free is offered at once. */
const deferSeconds = 300;

/** A run that was superseded before its dispatch was answered is running now, and nobody waits for it. */
export function runDispatched(state: TicketState, { run, start }: TicketFactOf<'RunDispatched'>): TicketDecision {
  const outcome = state.runs.find((line) => line.run === run)?.outcome;
  // It was stopped before anybody knew its workflow run.
  if (outcome?.kind === 'cancelled') return ask({ type: 'CancelRun', run, why: outcome.why });
  if (outcome) return nothing;
  if (liveRun(state) !== run) return ask({ type: 'CancelRun', run, why: 'another run took its place' });
  return state.stage.name === 'implementing' && start !== state.head ? outrun(state) : nothing;
}

export const dispatchDeferred = (
  state: TicketState,
  fact: TicketFactOf<'DispatchDeferred'>,
  context: Context,
): TicketDecision => {
  const next = evolveTicket(state, fact, context);
  if (!waitsForSlot(next)) return nothing;
  if (fact.lapsed) return mayStart(next) ? { wakeAt: context.now } : awaitStart(next);
  // What keeps it still tells of its end, so nothing is asked for meanwhile.
  if (state.standstill) return nothing;
  return {
    wakeAt: fact.until === undefined ? new Date(context.now.getTime() + deferSeconds * 1_000) : new Date(fact.until),
  };
};

/** First in order: it asks again, and has a slot kept for it. Who does not want it any more says so, for the next one. */
export const slotOffered = (
  state: TicketState,
  { run }: TicketFactOf<'SlotOffered'>,
  context: Context,
): TicketDecision => {
  if (liveRun(state) !== run) return ask({ type: 'CancelRun', run, why: 'nobody waits for it any more' });
  return waitsForSlot(state) ? ask(dispatch(state, context)) : nothing;
};

/** Its place in the order changed, which asking again tells. */
export const priorityChanged = (
  state: TicketState,
  _: TicketFactOf<'PriorityChanged'>,
  context: Context,
): TicketDecision => (waitsForSlot(state) ? ask(dispatch(state, context)) : nothing);

/** The answer said that it was started, and nobody has seen it: asked for again, it is the same run. */
export const runUnseen = (state: TicketState, { run }: TicketFactOf<'RunUnseen'>, context: Context): TicketDecision =>
  isUnseen(state, run) ? ask(dispatch(state, context)) : nothing;

export const runStray = (_: TicketState, { run, workflowRun }: TicketFactOf<'RunStray'>): TicketDecision =>
  ask({ type: 'CancelRun', run, workflowRun, why: 'nobody waits for this workflow run' });

export function dispatchRefused(state: TicketState, fact: TicketFactOf<'DispatchRefused'>): TicketDecision {
  const { stage, why } = fact;
  const run = liveRun(state);
  return isAboutLive(state, fact) && runStageOf(state.stage) === stage && state.dispatched?.run !== run
    ? halt(state, why)
    : nothing;
}

/** Its workflow run or its lease ended before it reported; one that has reported is not lost. */
export function runLost(state: TicketState, fact: TicketFactOf<'RunLost'>, context: Context): TicketDecision {
  const { run, outcome } = fact;
  if (liveRun(state) !== run || isOfOther(state, fact)) return nothing;
  return and(
    ask({ type: 'CancelRun', run, why: 'the run was lost' }),
    endedByBudget(state, run) ?? runEnded(state, run, outcome, context),
  );
}

export function runFinished(state: TicketState, fact: TicketFactOf<'RunFinished'>, context: Context): TicketDecision {
  const { run, stage, submission } = fact;
  if (liveRun(state) !== run || runStageOf(state.stage) !== stage) return nothing;
  if (submission.outcome.kind !== 'delivered')
    return endedByBudget(state, run) ?? runEnded(state, run, submission.outcome, context, submission.kept);
  if (stage === 'verify') return verified(state, run, submission.layers ?? [], context);
  if (!submission.bundle) return block(message('run-without-bundle', { run }), resumePoint(state));
  if (state.dispatched?.run !== run) {
    const why = 'it reported before its start was on record';
    return runEnded(state, run, { kind: 'failed', class: 'infrastructure', why }, context);
  }
  const { artifact } = submission.bundle;
  return and(
    stage === 'plan' ? enter({ name: 'publishing_plan', run }) : nothing,
    inspect(state, stage, { run, artifact, start: state.dispatched.start }),
  );
}

/** A configured layer must have passed; one that says nothing, or was skipped, has not. */
function verified(state: TicketState, run: string, layers: LayerResult[], context: Context): TicketDecision {
  const configured = policyOf(state).layers;
  const silent = LayerName.options.filter(
    (name) => configured[name] && !layers.some(({ layer, conclusion }) => layer === name && conclusion !== 'skipped'),
  );
  const problems = [
    ...layers
      .filter(({ conclusion }) => conclusion !== 'success' && conclusion !== 'skipped')
      .map(({ layer, why }) => `${layer}: ${why}`),
    ...silent.map((layer) => `${layer}: it has no result`),
  ];
  if (problems.length > 0) return block(message('verification-failed', { layers: problems.join('\n') }), 'implement');
  if (state.stage.name === 'verifying' && state.stage.subject.kind === 'head') return headVerified(state, state.stage);
  return publish(state, context, run, false);
}

/** What people pushed is the rest of the plan, or the phase that was due. */
function headVerified(
  state: TicketState,
  { run, subject, phase }: Extract<TicketState['stage'], { name: 'verifying' }>,
): TicketDecision {
  if (!phase || subject.kind !== 'head') return enter({ name: 'in_review' });
  const done = phaseOnHead(state, { phase, sha: subject.sha, run });
  return and(done, afterPhase(phase), isLast(phase) ? nothing : reread(state));
}
