// The class of a failure: from the four that are thrown, and back from what the queue kept of one.
import { Permanent, Retryable, UserFixable } from '../errors.ts';
import { FailureClass } from '../facts/run.ts';

/** Whatever is none of ours was not foreseen, so it is a fault of ours. */
export const classOf = (error: unknown): FailureClass => {
  if (error instanceof Retryable) return 'infrastructure';
  return error instanceof Permanent || error instanceof UserFixable ? 'user_error' : 'bug';
};

export type Kept = { message: string; class: FailureClass };

/** What pg-boss kept as a dead job's output: ours, an error's members, or its own words for a worker that was lost. */
export function keptFailure(output: unknown): Kept {
  const kept = typeof output === 'object' && output !== null ? output : {};
  const message = 'message' in kept ? kept.message : output;
  const known = FailureClass.safeParse('class' in kept ? kept.class : undefined);
  const byName = 'name' in kept && (kept.name === 'Permanent' || kept.name === 'UserFixable');
  return {
    message: String(message ?? 'it failed for an unknown reason').slice(0, 1_000),
    class: known.success ? known.data : byName ? 'user_error' : 'infrastructure',
  };
}
