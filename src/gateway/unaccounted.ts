// Calls of which it cannot be known what they cost: budgets do not hold over them, so a run makes no second one.
import type { RunnerOutcome } from '../facts/run.ts';
import type { ModelCall } from './truth.ts';

/**
 * How the run ends for this call; undefined for every other. An answer that came to its end without counts is one, one that
 * broke off is not: it is counted in full and may be asked for again.
 */
export function unaccounted({ model, complete, counted, denied }: ModelCall): RunnerOutcome | undefined {
  if (denied === 'price_unknown')
    return stop(
      `what a call of ${model} costs is not known, and a budget in dollars is set; budgets.modelPrice names it`,
    );
  if (complete && counted === 'reservation')
    return stop(`the provider did not say what a call of ${model} used, so all that was reserved for it counts`);
  return undefined;
}

const stop = (why: string): RunnerOutcome => ({
  kind: 'failed',
  class: 'unaccounted',
  why: `The gateway stopped the run: ${why}.`,
});
