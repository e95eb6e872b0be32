// The phases of an approved plan, one run each: which is due, what counts as done, and what comes between two of them.
import type { Phase } from '../../facts/plan.ts';
import type { TicketFactOf } from '../../facts/ticket.ts';
import { enter, nothing, type TicketDecision } from './moves.ts';
import type { TicketState } from './state.ts';

type Done = NonNullable<TicketState['phases']>['done'];

/** Of the plan as it stands: another plan begins with its first phase. */
const doneOf = ({ phases, plan }: TicketState): Done => (phases && phases.plan === plan?.digest ? phases.done : []);

/** The phase that is to be made next; undefined where the plan has one only, or all of it is on the branch. */
export function duePhase(state: TicketState): Phase | undefined {
  const { plan, built } = state;
  if (!plan?.phases || built === plan.digest) return undefined;
  const n = doneOf(state).length + 1;
  const title = plan.phases[n - 1]?.title;
  return title === undefined ? undefined : { n, of: plan.phases.length, title };
}

/** Head of the branch as the newest phase left it. */
export const lastDone = (state: TicketState): string | undefined => doneOf(state).at(-1)?.sha;

/** What a run of this phase is told beside the plan: where the approved text stands, and what the phases before it did. */
export const phaseWork = (state: TicketState, phase: Phase) => ({
  ...phase,
  approved: state.approval?.planCommit ?? '',
  earlier: doneOf(state)
    .slice(0, phase.n - 1)
    .map(({ from, sha }) => ({ from, to: sha })),
});

export const isLast = ({ n, of }: Phase): boolean => n === of;

const complete = (fact: Omit<TicketFactOf<'PhaseCompleted'>, 'type'>): TicketDecision => ({
  facts: [{ type: 'PhaseCompleted', ...fact }],
});

/** Our push put it there: only what was inspected and verified is pushed. */
export function phasePushed({ work }: TicketState, { sha, run }: TicketFactOf<'TreePushed'>): TicketDecision {
  if (!work?.phase) return nothing;
  return complete({ phase: work.phase, plan: work.planDigest, from: work.start, sha, run });
}

/** People put it there, and it was verified there. */
export function phaseOnHead(
  state: TicketState,
  { phase, sha, run }: { phase: Phase; sha: string; run: string },
): TicketDecision {
  const { approval, plan } = state;
  if (!approval || !plan) return nothing;
  return complete({ phase, plan: plan.digest, from: lastDone(state) ?? approval.planCommit, sha, run });
}

/** What follows a phase: the review of the whole, or the reading before the next one, which whoever enters it asks for. */
export const afterPhase = (phase: Phase): TicketDecision =>
  enter(isLast(phase) ? { name: 'in_review' } : { name: 'between_phases', phase });

/** For the sentences that say how far the work is. */
export const phaseData = ({ stage, work }: TicketState): Record<string, string> => {
  const ofStage = 'phase' in stage ? stage.phase : undefined;
  return dataOfPhase(ofStage ?? (stage.name === 'publishing' ? work?.phase : undefined));
};

export const dataOfPhase = (phase: Phase | undefined): Record<string, string> =>
  phase ? { n: String(phase.n), of: String(phase.of), title: phase.title } : {};
