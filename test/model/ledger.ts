// A meter in memory: for one process, and for as long as the caller keeps what `record` hands out.
import { randomUUID } from 'node:crypto';
import { Bug } from '../../src/errors.ts';
import { nearShare } from '../../src/facts/budget.ts';
import type { RunnerOutcome } from '../../src/facts/run.ts';
import type { Meter, RunIdentity } from '../../src/gateway/meter.ts';
import type { GatewayTruth, ModelCall } from '../../src/gateway/truth.ts';

const KEPT_CALLS = 200;

export type LedgerPorts = {
  /** Asked once per run, before its first call: the budget in tokens, and what earlier processes have already counted. */
  open(run: string): Promise<{ budget: number; usedTokens: number }>;
  /** Every call when it is settled or refused, in order per run. A failure here fails the settling and is not swallowed. */
  record?(run: string, call: ModelCall): Promise<void>;
};

export type Ledger = Meter & {
  /** Empty for a run that made no call. */
  truth(run: string): GatewayTruth;
  /** Why the run makes no further call. */
  stoppedWhy(run: string): string | undefined;
  /** Drops what is known of a run; open reservations still settle, into `record` only. */
  forget(run: string): void;
};

type Account = { budget: number; used: number; reserved: number; truth: GatewayTruth; stopped?: string };

const emptyTruth = (): GatewayTruth => ({
  calls: [],
  usage: { calls: 0, inputTokens: 0, outputTokens: 0 },
  unknown: 0,
  costUsd: 0,
  spent: false,
});

export function createLedger({ open, record }: LedgerPorts): Ledger {
  const accounts = new Map<string, Promise<Account>>();
  const ready = new Map<string, Account>();
  const reservations = new Map<string, { run: string; tokens: number; account: Account }>();

  /** Concurrent first calls of a run share one reading; a failed reading is forgotten so that the next call asks again. */
  function accountOf(run: string): Promise<Account> {
    const known = accounts.get(run);
    if (known !== undefined) return known;
    const opening = open(run).then(({ budget, usedTokens }) => {
      const account = { budget, used: usedTokens, reserved: 0, truth: emptyTruth() };
      ready.set(run, account);
      return account;
    });
    accounts.set(run, opening);
    opening.catch(() => accounts.delete(run));
    return opening;
  }

  return {
    async reserve({ run }: RunIdentity, { input, leastOutput, mostOutput }) {
      const account = await accountOf(run);
      if (account.stopped !== undefined) return { status: 'stopped', why: account.stopped };
      const used = account.used + account.reserved;
      const use = { budget: 'runTokens', limit: account.budget, used } as const;
      const output = Math.min(mostOutput, account.budget - used - input);
      if (output < leastOutput) return { status: 'spent', spent: use };
      const near = used + input >= account.budget * nearShare ? use : undefined;
      const tokens = input + output;
      const id = randomUUID();
      account.reserved += tokens;
      reservations.set(id, { run, tokens, account });
      return { status: 'ok', id, output, near };
    },

    async settle(id, call, stop) {
      const reservation = reservations.get(id);
      if (reservation === undefined) throw new Bug(`Reservation ${id} was settled twice or never made.`);
      reservations.delete(id);
      const { account, run, tokens } = reservation;
      account.reserved -= tokens;
      account.used += call.inputTokens + call.outputTokens;
      add(account.truth, call);
      halt(account, stop);
      await record?.(run, call);
    },

    async refused({ run }, call, { spent, stop }) {
      const account = await accountOf(run);
      add(account.truth, call);
      halt(account, stop);
      if (spent) account.truth.spent = true;
      await record?.(run, call);
      return true;
    },

    truth: (run) => structuredClone(ready.get(run)?.truth ?? emptyTruth()),

    stoppedWhy: (run) => ready.get(run)?.stopped,

    forget(run) {
      accounts.delete(run);
      ready.delete(run);
    },
  };
}

function halt(account: Account, stop: RunnerOutcome | undefined): void {
  if (stop && 'why' in stop) account.stopped ??= stop.why;
}

function add(truth: GatewayTruth, call: ModelCall): void {
  truth.calls.push(call);
  if (truth.calls.length > KEPT_CALLS) truth.calls.shift();
  if (call.counted === 'reservation') truth.unknown += 1;
  truth.costUsd += call.costUsd ?? 0;
  truth.usage.calls += 1;
  truth.usage.inputTokens += call.inputTokens;
  truth.usage.outputTokens += call.outputTokens;
}
