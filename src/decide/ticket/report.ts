// What a pull request is told of its ticket: all that its comment shows and its gate judges.
import { type Message, message } from '../../facts/message.ts';
import type { TicketReport } from '../../facts/pull.ts';
import type { TicketStage } from '../../facts/stage.ts';
import type { Context } from '../contract.ts';
import { standstillMessage } from '../control-answer.ts';
import { lifetimeUse } from './budget.ts';
import { duePhase, phaseData } from './phases.ts';
import { planGate } from './plan-gate.ts';
import { startGate } from './start-gate.ts';
import { type TicketState, waitsForSlot } from './state.ts';

export const reportOf = (state: TicketState, { number }: Context): TicketReport => ({
  issue: number,
  title: state.issue?.title ?? '',
  stage: state.stage.name,
  criteria: state.issue?.criteria ?? [],
  bodyDigest: state.issue?.bodyDigest ?? '',
  pushed: state.pushed,
  runs: state.runs.slice(-10),
  tokens: state.tokens,
  budgets: lifetimeUse(state),
  ...(state.requester && { requester: state.requester }),
  ...(state.plan && { plan: state.plan }),
  ...(state.approval && { approval: state.approval }),
  ...dueOf(state),
  ...(state.revoked && { revoked: state.revoked }),
  ...(state.labels && state.labels.length > 0 && { labels: state.labels }),
  ...gateOf(state),
  ...(state.layers && { layers: state.layers }),
  ...(state.isolation && { isolation: state.isolation }),
  ...(state.unboxed && { unboxed: state.unboxed }),
  ...(state.standstill && { standstill: state.standstill }),
  ...(state.hold && { hold: { by: state.hold.by, why: state.hold.why } }),
  ...(state.stage.name === 'blocked' && { blocked: state.stage.why }),
  ...(state.stage.name === 'canceled' && { blocked: state.stage.why }),
  next: nextStep(state),
});

const dueOf = (state: TicketState): Pick<TicketReport, 'phase'> => {
  const phase = duePhase(state);
  return phase ? { phase } : {};
};

const gateOf = (state: TicketState): Pick<TicketReport, 'planGate'> => {
  const gate = planGate(state);
  return gate ? { planGate: gate } : {};
};

/** `at` to the minute: whoever reads it needs no more. */
export const triesAgain = ({ why, at, n, of }: TicketStage & { name: 'retrying' }): Message =>
  message('next-retrying', { why, at: `${at.slice(0, 16).replace('T', ' ')} UTC`, n: String(n), of: String(of) });

/** The nearest thing that somebody has to do, or what is being waited for. */
export function nextStep(state: TicketState): Message {
  const { stage } = state;
  if (state.hold) return message('next-held', { by: state.hold.by });
  if (state.standstill && waitsForSlot(state)) return standstillMessage(state.standstill);
  switch (stage.name) {
    case 'awaiting_start':
      return message('next-awaiting_start', startGate(state));
    case 'awaiting_approval':
      return message('next-approve', { digest: state.plan?.digest ?? '' });
    case 'blocked':
      return message('next-blocked');
    case 'canceled':
      return message('next-canceled');
    case 'retrying':
      return triesAgain(stage);
    case 'publishing_plan':
      return stage.waitsFor
        ? message('next-run-ci-plan', { workflows: stage.waitsFor.join(', ') })
        : message('next-publishing_plan');
    case 'publishing':
      return stage.waitsFor
        ? message('next-run-ci', { workflows: stage.waitsFor.join(', ') })
        : message('next-verifying', { run: stage.run, ...phaseData(state) });
    case 'implementing':
    case 'verifying':
    case 'planning':
      if (state.waits) return state.waits;
      return message(`next-${stage.name}`, { run: stage.run, ...phaseData(state) });
    case 'between_phases':
      return message('next-between_phases', phaseData(state));
    default:
      return message(`next-${stage.name}`);
  }
}
