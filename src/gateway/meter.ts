// The budget as the gateway sees it: reserve before a call, settle after it.
import type { ModelCall } from './truth.ts';

/** Whose call it is. Made by whoever checked the run token; the gateway believes it. */
export type RunIdentity = {
  run: string;
  /** Model names that this run may ask, exactly as the provider spells them. */
  models: readonly string[];
  /** Aborted when the run loses its right to the model: calls under way are broken off. Absent: they run to their end. */
  revoked?: AbortSignal;
};

export type Reservation = { status: 'ok'; id: string; tokens: number } | { status: 'spent' };

export type Meter = {
  /**
   * Takes up to `most` tokens of the run's budget, at least `least`; `spent` when not even those are left. Must be atomic
   * over concurrent calls of one run. Throws Retryable when the budget cannot be read: then no call is made.
   */
  reserve(run: RunIdentity, least: number, most: number): Promise<Reservation>;
  /** Exactly once per reservation, whatever became of the call. `call` says what it really used. */
  settle(id: string, call: ModelCall): Promise<void>;
  /** A request that was refused and therefore has no reservation. `spent` marks the one that the budget stopped. */
  refused(run: RunIdentity, call: ModelCall, why: { spent: boolean }): Promise<void>;
};
