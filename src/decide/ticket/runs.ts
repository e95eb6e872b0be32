// What a run's end leads to: inspect, verify, publish, or stop and say why. A run that nobody waits for leads to nothing.
import { message } from '../../facts/message.ts';
import type { LayerResult, RunOutcome } from '../../facts/run.ts';
import type { ResumePoint } from '../../facts/stage.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import {
  and,
  ask,
  block,
  branchOf,
  dispatch,
  enter,
  nothing,
  publish,
  revoke,
  start,
  type TicketDecision,
} from './moves.ts';
import { liveRun, policyOf, type TicketState } from './state.ts';

/** Seconds until a deferred dispatch is tried again. */
const deferSeconds = 20;

const awaited = ({ stage }: TicketState, run: string): boolean => 'run' in stage && stage.run === run;
const resumeAt = ({ stage }: TicketState): ResumePoint =>
  stage.name === 'planning'
    ? 'plan'
    : stage.name === 'publishing_plan'
      ? 'publish_plan'
      : stage.name === 'implementing'
        ? 'implement'
        : 'verify';

export function dispatchDeferred(
  _: TicketState,
  __: TicketFactOf<'DispatchDeferred'>,
  { now }: Context,
): TicketDecision {
  return { wakeAt: new Date(now.getTime() + deferSeconds * 1_000) };
}

/** The only thing that a ticket waits for by the clock is a free slot. */
export function woken(state: TicketState, _: TicketFactOf<'Woken'>, context: Context): TicketDecision {
  const { stage } = state;
  if (stage.name !== 'planning' && stage.name !== 'implementing' && stage.name !== 'verifying') return { wakeAt: null };
  return and(ask(dispatch(state, context)), { wakeAt: null });
}

export const dispatchRefused = (state: TicketState, { why }: TicketFactOf<'DispatchRefused'>): TicketDecision =>
  block(why, resumeAt(state));

/** Its workflow run or its lease ended before it reported; one that has reported is not lost. */
export function runLost(state: TicketState, { run, outcome }: TicketFactOf<'RunLost'>): TicketDecision {
  if (liveRun(state) !== run) return nothing;
  return and(ask({ type: 'CancelRun', run, why: 'the run was lost' }), block(ended(outcome, run), resumeAt(state)));
}

export function runFinished(state: TicketState, fact: TicketFactOf<'RunFinished'>, context: Context): TicketDecision {
  const { run, stage, submission } = fact;
  if (!awaited(state, run)) return nothing;
  if (submission.outcome.kind !== 'delivered') return block(ended(submission.outcome, run), resumeAt(state));
  if (stage === 'verify') return verified(state, run, submission.layers ?? [], context);
  if (!submission.bundle) return block(message('run-without-bundle', { run }), resumeAt(state));
  return and(
    stage === 'plan' ? enter({ name: 'publishing_plan', run }) : nothing,
    ask({
      type: 'InspectBundle',
      run,
      stage,
      artifact: submission.bundle.artifact,
      start: state.dispatched?.start ?? '',
      base: state.base?.ref ?? '',
      ...(state.plan && { changeId: state.plan.changeId }),
      scope: state.plan?.scope ?? [],
      protected: policyOf(state).protected,
    }),
  );
}

const ended = (outcome: RunOutcome, run: string) =>
  message(`run-${outcome.kind}`, {
    run,
    why: 'why' in outcome ? outcome.why : '',
    class: outcome.kind === 'failed' ? outcome.class : '',
  });

function verified(state: TicketState, run: string, layers: LayerResult[], context: Context): TicketDecision {
  const failed = layers.filter((layer) => layer.conclusion !== 'success' && layer.conclusion !== 'skipped');
  if (failed.length > 0) {
    return block(
      message('verification-failed', { layers: failed.map((layer) => `${layer.layer}: ${layer.why}`).join('\n') }),
      'implement',
    );
  }
  if (state.stage.name === 'verifying' && state.stage.subject.kind === 'head') return enter({ name: 'in_review' });
  return publish(state, context, run, false);
}

export function bundleInspected(
  state: TicketState,
  { run, tree }: TicketFactOf<'BundleInspected'>,
  context: Context,
): TicketDecision {
  if (!awaited(state, run)) return nothing;
  if (state.stage.name === 'implementing') {
    const work = state.work && { ...state.work, tree };
    return work
      ? start({ ...state, work }, context, 'verify', { kind: 'bundle', artifact: work.artifact, tree })
      : nothing;
  }
  return state.stage.name === 'publishing_plan' ? pushPlan(state, run, tree, context) : nothing;
}

function pushPlan(state: TicketState, run: string, tree: string, { number }: Context): TicketDecision {
  const { issue, base } = state;
  return ask({
    type: 'PushTree',
    run,
    stage: 'plan',
    issue: number,
    title: issue?.title ?? '',
    madeBy: run,
    tree,
    start: state.dispatched?.start ?? '',
    base: base?.ref ?? '',
    branch: state.branch ?? branchOf(number, issue?.title ?? ''),
    ...(state.head !== undefined && { expect: state.head }),
    allowWorkflows: true,
    push: policyOf(state).push,
  });
}

export function bundleRefused(state: TicketState, { run, why }: TicketFactOf<'BundleRefused'>): TicketDecision {
  return awaited(state, run) ? block(why, resumeAt(state) === 'verify' ? 'implement' : resumeAt(state)) : nothing;
}

export function pushWaits(state: TicketState, { run, workflows }: TicketFactOf<'PushWaits'>): TicketDecision {
  return awaited(state, run) ? enter({ name: 'publishing', run, waitsFor: workflows }) : nothing;
}

export function treePushed(
  state: TicketState,
  { run, stage, branch }: TicketFactOf<'TreePushed'>,
  { number }: Context,
): TicketDecision {
  if (!awaited(state, run)) return nothing;
  if (stage === 'implement') return enter({ name: 'in_review' });
  if (state.pull !== undefined)
    return and(revoke(state, message('plan-replaced')), enter({ name: 'awaiting_approval' }));
  const { issue, base, requester } = state;
  if (!issue || !base || !requester) return nothing;
  return ask({
    type: 'OpenPull',
    issue: number,
    title: issue.title,
    branch,
    base: base.ref,
    requester,
    criteria: issue.criteria,
    run,
  });
}

export const pullOpened = (state: TicketState): TicketDecision =>
  state.stage.name === 'publishing_plan' ? enter({ name: 'awaiting_approval' }) : nothing;

export function gaveUp(state: TicketState, { command, why }: TicketFactOf<'GaveUp'>): TicketDecision {
  return block(message('gave-up', { command, why }), 'run' in state.stage ? resumeAt(state) : 'start');
}
