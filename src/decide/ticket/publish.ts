// From a bundle to the branch: inspected, pushed, and for a plan shown in its pull request. Each step can be taken up again.
import { message } from '../../facts/message.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import type { Context } from '../contract.ts';
import { reread } from './branch.ts';
import { carryOut, start } from './dispatch.ts';
import { treePushed as pushFolded } from './evolve-branch.ts';
import { and, ask, block, disapprove, enter, nothing, resumePoint, type TicketDecision } from './moves.ts';
import { afterPhase, duePhase, isLast, lastDone, phasePushed } from './phases.ts';
import { gateJudged, planDemand } from './plan-gate.ts';
import { policyOf, type TicketState } from './state.ts';

const awaited = ({ stage }: TicketState, run: string): boolean => 'run' in stage && stage.run === run;

/** Takes a verified tree to the branch. */
export function publish(state: TicketState, { number }: Context, run: string, allowWorkflows: boolean): TicketDecision {
  const { work, issue, base } = state;
  if (!work?.tree || !state.branch) return block(message('nothing-to-publish'), 'implement');
  return and(
    enter({ name: 'publishing', run }),
    ask({
      type: 'PushTree',
      run,
      stage: 'implement',
      issue: number,
      title: issue?.title ?? '',
      madeBy: work.run,
      ...(work.phase && { phase: work.phase }),
      tree: work.tree,
      start: work.start,
      base: base?.ref ?? '',
      branch: state.branch,
      expect: work.start,
      allowWorkflows,
      push: policyOf(state).push,
    }),
  );
}

/** Takes up publishing where it was stopped: pushed meanwhile, still as it was verified, or to be done again. */
export function publishAgain(state: TicketState, context: Context): TicketDecision {
  const run = state.runs.findLast(({ stage }) => stage === 'verify')?.run;
  const due =
    state.approval && state.layers?.stored && state.work?.start === state.head && state.built !== state.plan?.digest;
  if (!due && !state.hold && isBetween(state)) return between(state);
  if (state.hold || !due || run === undefined) return carryOut(state, context);
  return publish(state, context, run, false);
}

/** A phase was pushed while the ticket was stopped: the next one begins as it would have. */
const isBetween = (state: TicketState): boolean =>
  state.approval !== undefined &&
  duePhase(state) !== undefined &&
  lastDone(state) === state.head &&
  state.work?.start !== state.head;

const between = (state: TicketState): TicketDecision => {
  const phase = state.work?.phase;
  return phase ? and(afterPhase(phase), reread(state)) : nothing;
};

/** Takes up the publishing of a plan at its first step that is not done. */
export function publishPlan(state: TicketState, context: Context, allowWorkflows = false): TicketDecision {
  const { planned } = state;
  if (state.hold || !planned) return start(state, context, 'plan');
  if (planned.pushed) return showPlan(state, context, planned.run);
  return and(
    enter({ name: 'publishing_plan', run: planned.run }),
    planned.tree === undefined
      ? inspect(state, 'plan', planned)
      : pushPlan(state, context, planned.run, planned.tree, planned.expect, allowWorkflows),
  );
}

export const inspect = (
  state: TicketState,
  stage: 'plan' | 'implement',
  { run, artifact, start: from }: { run: string; artifact: string; start: string },
): TicketDecision =>
  ask({
    type: 'InspectBundle',
    run,
    stage,
    artifact,
    start: from,
    base: state.base?.ref ?? '',
    ...(state.plan && { changeId: state.plan.changeId }),
    scope: state.plan?.scope ?? [],
    protected: policyOf(state).protected,
  });

export function bundleInspected(
  state: TicketState,
  { run, tree }: TicketFactOf<'BundleInspected'>,
  context: Context,
): TicketDecision {
  const { stage, work, planned } = state;
  if (!awaited(state, run)) return nothing;
  if (stage.name === 'implementing' && work?.run === run)
    return start({ ...state, work: { ...work, tree } }, context, 'verify', {
      kind: 'bundle',
      artifact: work.artifact,
      tree,
    });
  return stage.name === 'publishing_plan' && planned?.run === run && planned.tree === undefined
    ? pushPlan(state, context, run, tree, state.head, false)
    : nothing;
}

function pushPlan(
  state: TicketState,
  { number }: Context,
  run: string,
  tree: string,
  expect: string | undefined,
  allowWorkflows: boolean,
): TicketDecision {
  const { issue, base } = state;
  return ask({
    type: 'PushTree',
    run,
    stage: 'plan',
    issue: number,
    title: issue?.title ?? '',
    madeBy: run,
    tree,
    start: state.planned?.start ?? '',
    base: base?.ref ?? '',
    branch: state.branch ?? branchOf(number, issue?.title ?? '', state.branchesLeft),
    ...(expect !== undefined && { expect }),
    allowWorkflows,
    push: policyOf(state).push,
  });
}

/** A push that a rule of the repository stands against is tried again as it is; all else is to be made anew. */
export function bundleRefused(state: TicketState, { run, why }: TicketFactOf<'BundleRefused'>): TicketDecision {
  if (!awaited(state, run)) return nothing;
  if (why.id === 'push-refused') return block(why, resumePoint(state));
  return block(why, state.stage.name === 'publishing_plan' ? 'plan' : 'implement');
}

export function pushWaits(state: TicketState, { run, workflows }: TicketFactOf<'PushWaits'>): TicketDecision {
  const { name } = state.stage;
  return (name === 'publishing' || name === 'publishing_plan') && awaited(state, run)
    ? enter({ name, run, waitsFor: workflows })
    : nothing;
}

export function treePushed(state: TicketState, fact: TicketFactOf<'TreePushed'>, context: Context): TicketDecision {
  const { run, stage, sha } = fact;
  const after = pushFolded(state, fact, context);
  const awaiting = awaited(state, run) ? state.stage.name : undefined;
  if (stage === 'plan') return awaiting === 'publishing_plan' ? showPlan(after, context, run) : nothing;
  const phase = state.work?.phase;
  // Where nobody waits for it any more, it is on the branch all the same.
  const done = phasePushed(state, fact);
  if (awaiting !== 'publishing') return done;
  if (phase && !isLast(phase)) return and(done, afterPhase(phase), reread(after));
  return and(done, enter({ name: 'in_review' }), after.head === sha ? nothing : reread(after));
}

/** The plan is on the branch: people see it in the pull request, the one that is open or a new one. */
function showPlan(state: TicketState, { number }: Context, run: string): TicketDecision {
  const { issue, base, requester, branch } = state;
  if (state.pull !== undefined && !state.pullClosed)
    return and(disapprove(state, message('plan-replaced')), awaitApproval(state));
  if (!issue || !base || !requester || branch === undefined) return block(message('nothing-to-publish'), 'plan');
  return and(
    state.stage.name === 'blocked' ? enter({ name: 'publishing_plan', run }) : nothing,
    ask({
      type: 'OpenPull',
      issue: number,
      title: issue.title,
      branch,
      base: base.ref,
      requester,
      criteria: issue.criteria,
      run,
    }),
  );
}

/** What people pushed meanwhile is read first: an approval is for the plan as it stands. So is one that the policy waives. */
const awaitApproval = (state: TicketState): TicketDecision =>
  and(
    enter({ name: 'awaiting_approval' }),
    { facts: [gateJudged(state)] },
    state.plan && (state.plan.commit !== state.head || planDemand(state).waived !== undefined)
      ? reread({ ...state, stage: { name: 'awaiting_approval' } })
      : nothing,
  );

/** It waits as it did before, and whatever happened to the branch and its base meanwhile is read. */
export const awaitAgain = (state: TicketState): TicketDecision =>
  and(
    enter({ name: 'awaiting_approval' }),
    { facts: [gateJudged(state)] },
    reread({ ...state, stage: { name: 'awaiting_approval' } }),
  );

export const pullOpened = (state: TicketState): TicketDecision =>
  state.stage.name === 'publishing_plan' ? awaitApproval(state) : nothing;

/**
 * `gantry/<issue>-<slug>`: only letters, digits and "-" of the title, so no title can name another ref. `left` counts the
 * branches before it.
 */
export const branchOf = (issue: number, title: string, left: number): string => {
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return `gantry/${issue}-${slug || 'work'}${left > 0 ? `-${left + 1}` : ''}`;
};
