// A run or a step failed: tried again by itself where that helps, else the ticket stops and says who acts.
import { type Message, message } from '../../facts/message.ts';
import type { FailureClass, RunOutcome } from '../../facts/run.ts';
import type { Context } from '../contract.ts';
import { type Retry, remedies, retryAfter } from '../retry.ts';
import { and, block, enter, resumePoint, type TicketDecision } from './moves.ts';
import type { TicketState } from './state.ts';

/** `kept`: the artifact of what the run left. */
export function runEnded(
  state: TicketState,
  run: string,
  outcome: RunOutcome,
  context: Context,
  kept?: string,
): TicketDecision {
  const more: Record<string, string> = kept === undefined ? {} : { kept };
  const retry = outcome.kind === 'failed' ? nextTry(state, outcome.class, run) : undefined;
  if (outcome.kind !== 'failed') return block(runMessage(outcome, run, more), resumePoint(state));
  if (retry) return waitFor(state, context, retry, outcome.why);
  const tried = triedSoFar(state);
  const why = runMessage(outcome, run, tried > 0 ? { ...more, tried: String(tried) } : more);
  return and(block(why, resumePoint(state)), deadRun(state, run, outcome));
}

/** A class for which nobody of the team can act, or that was tried in vain, is an operator's to look at. */
function deadRun({ runs }: TicketState, run: string, outcome: RunOutcome & { kind: 'failed' }): TicketDecision {
  const { acts, backoff } = remedies[outcome.class];
  if (acts !== 'operator' && !backoff) return {};
  const workflowRun = runs.find((line) => line.run === run)?.workflowRun;
  return {
    givenUp: [
      { run, class: outcome.class, why: outcome.why, ...(workflowRun !== undefined && { workflowRun: workflowRun }) },
    ],
  };
}

export const runMessage = (outcome: RunOutcome, run: string, more: Record<string, string> = {}): Message =>
  message(`run-${outcome.kind}`, {
    run,
    why: 'why' in outcome ? outcome.why : '',
    class: outcome.kind === 'failed' ? outcome.class : '',
    ...more,
  });

/** How often the present stage was tried again by itself at this head. */
const triedSoFar = (state: TicketState): number =>
  state.tried?.resume === resumePoint(state) && state.tried.head === (state.head ?? '') ? state.tried.n : 0;

export const nextTry = (state: TicketState, failure: FailureClass, seed: string): Retry | undefined =>
  retryAfter(failure, triedSoFar(state), seed);

/** `why` is shown, so it keeps the bounds of a sentence. */
export const waitFor = (state: TicketState, { now }: Context, { seconds, n, of }: Retry, why: string): TicketDecision =>
  enter({
    name: 'retrying',
    why: why.slice(0, 500),
    resume: resumePoint(state),
    at: new Date(now.getTime() + seconds * 1_000).toISOString(),
    n,
    of,
  });
