// What becomes of a run: put off, refused, lost, finished. A run that nobody waits for leads to nothing but its end.
import { message } from '../../facts/message.ts';
import { LayerName } from '../../facts/policy.ts';
import type { LayerResult } from '../../facts/run.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { outrun } from './branch.ts';
import { evolveTicket } from './evolve.ts';
import { isOfOther, runStageOf } from './evolve-run.ts';
import { and, ask, block, enter, halt, nothing, resumePoint, type TicketDecision } from './moves.ts';
import { inspect, publish } from './publish.ts';
import { liveRun, policyOf, type TicketState, waitsForSlot } from './state.ts';
import { runEnded } from './try-again.ts';

/** Seconds until a deferred dispatch is tried again. */
const deferSeconds = 20;

/** A run that was superseded before its dispatch was answered is running now, and nobody waits for it. */
export function runDispatched(state: TicketState, { run, start }: TicketFactOf<'RunDispatched'>): TicketDecision {
  const ended = state.runs.find((line) => line.run === run)?.outcome !== undefined;
  if (ended) return nothing;
  if (liveRun(state) !== run) return ask({ type: 'CancelRun', run, why: 'another run took its place' });
  return state.stage.name === 'implementing' && start !== state.head ? outrun(state) : nothing;
}

export const dispatchDeferred = (
  state: TicketState,
  fact: TicketFactOf<'DispatchDeferred'>,
  context: Context,
): TicketDecision =>
  waitsForSlot(evolveTicket(state, fact, context))
    ? { wakeAt: new Date(context.now.getTime() + deferSeconds * 1_000) }
    : nothing;

export function dispatchRefused(state: TicketState, { stage, why }: TicketFactOf<'DispatchRefused'>): TicketDecision {
  const run = liveRun(state);
  return run !== undefined && runStageOf(state.stage) === stage && state.dispatched?.run !== run
    ? halt(state, why)
    : nothing;
}

/** Its workflow run or its lease ended before it reported; one that has reported is not lost. */
export function runLost(state: TicketState, fact: TicketFactOf<'RunLost'>, context: Context): TicketDecision {
  const { run, outcome } = fact;
  if (liveRun(state) !== run || isOfOther(state, fact)) return nothing;
  return and(ask({ type: 'CancelRun', run, why: 'the run was lost' }), runEnded(state, run, outcome, context));
}

export function runFinished(state: TicketState, fact: TicketFactOf<'RunFinished'>, context: Context): TicketDecision {
  const { run, stage, submission } = fact;
  if (liveRun(state) !== run || runStageOf(state.stage) !== stage) return nothing;
  if (submission.outcome.kind !== 'delivered') return runEnded(state, run, submission.outcome, context);
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
  if (state.stage.name === 'verifying' && state.stage.subject.kind === 'head') return enter({ name: 'in_review' });
  return publish(state, context, run, false);
}
