// From what stopped a run to the outcome that is on record.
import { Permanent, Retryable, UserFixable } from '../errors.ts';
import type { RunnerOutcome } from '../facts/run.ts';
import { sayPlainly } from '../render/messages.ts';
import type { HaltReason } from './halt.ts';
import { oneLine } from './redact.ts';

/** A failure of the harness or its surroundings; what an agent or a layer does is an outcome and never thrown. */
export function outcomeOf(error: unknown): RunnerOutcome {
  if (error instanceof UserFixable) {
    const why = oneLine(sayPlainly({ id: error.messageId, data: error.data }));
    return { kind: 'failed', class: 'user_error', why };
  }
  const why = oneLine(error instanceof Error ? error.message : String(error));
  if (error instanceof Retryable || error instanceof Permanent) return { kind: 'failed', class: 'infrastructure', why };
  return { kind: 'failed', class: 'bug', why };
}

/** Undefined for a lost lease: no outcome of this runner would be taken. */
export const outcomeOfHalt = ({ kind, why }: HaltReason): RunnerOutcome | undefined =>
  kind === 'lost' ? undefined : { kind, why: oneLine(why) };

export const outOfTime = (seconds: number): string =>
  `The run took longer than its budget of ${Math.round(seconds / 60)} minutes (budgets.runMinutes).`;
