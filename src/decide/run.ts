// The run machine: which state may follow which, and by what. Every write of a run's row is held to this table.
import type { RunOutcome, RunState } from '../facts/run.ts';

/** What may happen to a run. The last four are its ends. */
export type RunEvent = 'claim' | 'heartbeat' | 'succeed' | 'fail' | 'time_out' | 'cancel';

const ends = { fail: 'failed', time_out: 'timed_out', cancel: 'canceled' } as const;

/** Only a runner that has claimed its run can say that it succeeded; everything else may also befall one that nobody took. */
export const runTransitions: Record<RunState, { [Event in RunEvent]?: RunState }> = {
  queued: { claim: 'claimed', ...ends },
  claimed: { heartbeat: 'running', succeed: 'succeeded', ...ends },
  running: { heartbeat: 'running', succeed: 'succeeded', ...ends },
  succeeded: {},
  failed: {},
  timed_out: {},
  canceled: {},
};

/** How each outcome ends a run. */
export const endOf: Record<RunOutcome['kind'], Exclude<RunEvent, 'claim' | 'heartbeat'>> = {
  delivered: 'succeed',
  no_change: 'succeed',
  blocked: 'fail',
  failed: 'fail',
  cancelled: 'cancel',
  timed_out: 'time_out',
  dead_lettered: 'fail',
};

const states = Object.keys(runTransitions) as RunState[];

/** The states that this event may find a run in. */
export const statesBefore = (event: RunEvent): RunState[] => states.filter((state) => runTransitions[state][event]);

/** Something may still happen to it: it holds a slot and its ticket. */
export const liveStates: RunState[] = states.filter((state) => Object.keys(runTransitions[state]).length > 0);

export type RunStep = { to: RunState } | { refused: string };

export function stepRun(state: RunState, event: RunEvent): RunStep {
  const to = runTransitions[state][event];
  return to ? { to } : { refused: `a run that is ${state} cannot ${event.replace('_', ' ')}` };
}
