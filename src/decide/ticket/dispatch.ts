// Starting a run: its number, what it is told, and which work is due once a plan is approved.
import type { Stage, Subject } from '../../facts/run.ts';
import type { TicketStage } from '../../facts/stage.ts';
import type { CommandOf } from '../command.ts';
import type { Context } from '../contract.ts';
import { phaseOf, runStageOf } from './evolve-run.ts';
import { and, ask, block, enter, heldBy, type TicketDecision } from './moves.ts';
import { duePhase, phaseWork } from './phases.ts';
import { awaitStart, consentedBy, mayStart } from './start-gate.ts';
import { policyOf, type TicketState } from './state.ts';

/** Starts a stage, or remembers that it is due while the ticket is on hold; a plan waits for who has to approve its start. */
export function start(state: TicketState, context: Context, stage: Stage, subject?: Subject): TicketDecision {
  if (state.hold) return block(heldBy(state.hold), stage);
  if (stage === 'plan' && !mayStart(state)) return awaitStart(state);
  const run = nextRun(state, context);
  const entered = stage === 'verify' ? verifying(state, run, subject ?? subjectOf(state)) : making(state, run, stage);
  return and(enter(entered), ask(dispatch({ ...state, stage: entered }, context)));
}

function making(state: TicketState, run: string, stage: 'plan' | 'implement'): TicketStage {
  const phase = stage === 'implement' ? duePhase(state) : undefined;
  return stage === 'plan' ? { name: 'planning', run } : { name: 'implementing', run, ...(phase && { phase }) };
}

/** What is stored knows its phase; a head that people pushed is taken for the one that is due. */
function verifying(state: TicketState, run: string, subject: Subject): TicketStage {
  const phase = subject.kind === 'bundle' ? state.work?.phase : duePhase(state);
  return { name: 'verifying', run, subject, ...(phase && { phase }) };
}

/** The command for the stage that the ticket is in: the same state gives the same command, so it can be asked again. */
export function dispatch(state: TicketState, context: Context): CommandOf<'DispatchRun'> {
  const { stage, plan, issue } = state;
  const runs = runStageOf(stage);
  if (!runs || !('run' in stage)) throw new TypeError(`no run belongs to ${stage.name}`);
  const signal = 'signal' in stage ? stage.signal : undefined;
  const subject = stage.name === 'verifying' ? stage.subject : undefined;
  const phase = phaseOf(stage);
  const start = runs === 'plan' ? undefined : subject?.kind === 'bundle' ? state.work?.start : state.head;
  return {
    type: 'DispatchRun',
    run: stage.run,
    stage: runs,
    issue: context.number,
    title: issue?.title ?? '',
    body: state.body ?? '',
    criteria: issue?.criteria ?? [],
    base: state.base?.ref ?? '',
    policy: policyOf(state),
    ...(start !== undefined && { start }),
    ...(plan &&
      runs !== 'plan' && {
        plan: { changeId: plan.changeId, scope: plan.scope, trustedBase: state.base?.sha ?? '' },
      }),
    ...(phase && { phase: phaseWork(state, phase) }),
    ...(subject && { subject }),
    ...(signal && { signal }),
    ...(state.feedback !== undefined && runs !== 'verify' && { feedback: state.feedback }),
    ...(runs === 'plan' && consentedBy(state)),
    ...(runs !== 'verify' && {
      ...(state.pull !== undefined && { pull: state.pull }),
      ...(state.head !== undefined && { head: state.head }),
      ...(state.conversation && { conversation: state.conversation }),
    }),
  };
}

/** A stored implementation of this plan that may still be pushed: the branch is where it was made from. */
const hasUnpushedWork = ({ work, head, plan }: TicketState): boolean =>
  work?.tree !== undefined && work.start === head && work.planDigest === plan?.digest;

/** What is to be verified now: the stored implementation while it is newer than the branch, else the head itself. */
const subjectOf = (state: TicketState): Subject =>
  hasUnpushedWork(state) && state.work?.tree !== undefined
    ? { kind: 'bundle', artifact: state.work.artifact, tree: state.work.tree }
    : { kind: 'head', sha: state.head ?? '' };

/** Somebody put it there to be verified: what was made of the approved plan, or of its due phase. */
export const isOnBranch = ({ approval, built, trial }: TicketState): boolean =>
  approval !== undefined && (built === approval.planDigest || trial === approval.planDigest);

/**
 * What an approved plan needs next: what was made of this very plan is verified, pushed or not, and not made again
 * (trust.md 13).
 */
export function carryOut(state: TicketState, context: Context): TicketDecision {
  if (!state.approval) return enter({ name: 'awaiting_approval' });
  if (isOnBranch(state)) return start(state, context, 'verify', { kind: 'head', sha: state.head ?? '' });
  return start(state, context, hasUnpushedWork(state) ? 'verify' : 'implement');
}

/** `<repository id>-<issue>-<n>`: it names the workflow run, so that a lost answer can be found again. */
function nextRun({ runs }: TicketState, { repositoryId, number }: Context): string {
  const last = Number(runs.at(-1)?.run.split('-').at(-1) ?? 0);
  return `${repositoryId}-${number}-${last + 1}`;
}
