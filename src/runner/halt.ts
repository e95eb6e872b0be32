// The one way to stop a run from outside its steps: the first reason wins and everything that runs hears it by signal.
import { Permanent } from '../errors.ts';

/** `lost`: the lease is gone, so nothing that this runner still says would be taken. */
export type HaltReason = { kind: 'cancelled' | 'timed_out' | 'lost'; why: string };

export type Halt = {
  signal: AbortSignal;
  /** Undefined while the run may go on. */
  reason(): HaltReason | undefined;
  stop(reason: HaltReason): void;
};

export function createHalt(): Halt {
  const controller = new AbortController();
  let first: HaltReason | undefined;
  return {
    signal: controller.signal,
    reason: () => first,
    stop(reason) {
      if (first) return;
      first = reason;
      controller.abort(new Permanent(`The run was stopped: ${reason.why}`));
    },
  };
}
