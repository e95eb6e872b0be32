// The budget as the gateway sees it: reserve before a call, settle after it.
import type { BudgetUse } from '../facts/budget.ts';
import type { ModelProtocol } from '../facts/policy.ts';
import type { RunnerOutcome } from '../facts/run.ts';
import type { Ask } from '../journal/budget-rule.ts';
import type { ModelCall } from './truth.ts';

/** Whose call it is. Made by whoever checked the run token; the gateway believes it. */
export type RunIdentity = {
  run: string;
  /** Model names that this run may ask, exactly as the provider spells them. */
  models: readonly string[];
  /** The model that the run's policy names, and what it costs there. Absent: the list of prices.ts. */
  named?: { model: string; price: { input: number; output: number } | undefined };
  /** A budget in dollars bears on the run: a model whose price is not known may not be asked. */
  costLimited?: boolean;
  /** Aborted when the run loses its right to the model: calls under way are broken off. Absent: they run to their end. */
  revoked?: AbortSignal;
};

/** `output`: tokens that the answer may have. `near`: the budget of which little is left; the agent is to hear of it. */
export type Reservation =
  | { status: 'ok'; id: string; output: number; near?: BudgetUse | undefined }
  | { status: 'spent'; spent: BudgetUse }
  /** A call that cannot be accounted for has ended the run; `why` is one sentence. */
  | { status: 'stopped'; why: string };

export type Meter = {
  /**
   * Takes from every budget that bears on the run what the call may use; `spent` when one of them has not even the least
   * left. Must be atomic over concurrent calls of one run and of one repository. Throws Retryable when the budgets cannot
   * be read: then no call is made. That the key of `protocol` is used for the run is on record with it.
   */
  reserve(run: RunIdentity, ask: Ask, protocol: ModelProtocol): Promise<Reservation>;
  /** Exactly once per reservation, whatever became of the call. `call` says what it really used. `stop` ends the run with it. */
  settle(id: string, call: ModelCall, stop?: RunnerOutcome): Promise<void>;
  /**
   * A request that was refused and therefore has no reservation. `spent` marks the one that the budget stopped, `stop` ends
   * the run. False: the run has had so many that this one is not kept any more, and the run is ended.
   */
  refused(
    run: RunIdentity,
    call: ModelCall,
    why: { spent: boolean; stop?: RunnerOutcome | undefined },
  ): Promise<boolean>;
};
