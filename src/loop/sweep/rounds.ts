// The rounds of the sweep: what runs how often, one replica at a time, each success on record.
import { offerSlots } from '../../journal/offer.ts';
import { announceRound, isDue, readRounds, roundSucceeded } from '../../journal/sweep-round.ts';
import { keepShort, keepShortSeconds } from '../keep-short.ts';
import { supervise } from '../supervise.ts';
import { sweepBudgets } from '../sweep-budgets.ts';
import { tellStandstill } from '../tell-standstill.ts';
import { alone, type Keep } from './alone.ts';
import { deliveryRounds, repairDeliveries } from './delivery-rounds.ts';
import { heal, healRound } from './heal-round.ts';
import { sweepJournal } from './journal-round.ts';
import { lookAtPulls } from './look-round.ts';
import { retryFailed } from './retry-failed.ts';
import type { SweepTools } from './tools.ts';
import { watch } from './watchdog.ts';

/** `repairSeconds`: the log's failures and what changed in live repositories. */
export type Rounds = { journalSeconds: number; repairSeconds: number; lookSeconds: number; superviseSeconds: number };

export type Sweep = {
  /** Fetches deliveries that never arrived, or are not here, now. */
  repair(): Promise<number>;
  /** Reads every repository on from where it was left, now. */
  heal(): Promise<void>;
  /** Holds runs against GitHub's workflow runs, now. */
  supervise(): Promise<void>;
  look(installation: number): Promise<void>;
  stop(): Promise<void>;
};

type Round = { name: string; seconds: number; atOnce?: true; work(keep: Keep): Promise<unknown> };

/** The log of what arrived is compared as often as idle repositories are read. */
const compareRounds = 15;

export async function startSweep(tools: SweepTools, rounds: Rounds): Promise<Sweep> {
  const { journal, reader, log } = tools;
  const halt = new AbortController();
  const table: readonly Round[] = [
    {
      name: 'journal',
      seconds: rounds.journalSeconds,
      work: async () => {
        await sweepJournal(tools);
        await offerSlots(journal.db, journal.enqueue, tools.totalRuns);
      },
    },
    { name: 'budgets', seconds: rounds.journalSeconds, work: () => sweepBudgets(journal) },
    { name: 'retention', seconds: keepShortSeconds, work: () => keepShort(tools, halt.signal) },
    { name: 'controls', seconds: rounds.journalSeconds, work: () => tellStandstill(journal) },
    // What happened to runs while nobody was here is looked for at once.
    { name: 'supervise', seconds: rounds.superviseSeconds, atOnce: true, work: () => supervise(tools) },
    {
      name: deliveryRounds.failure,
      seconds: rounds.repairSeconds,
      work: () => repairDeliveries(tools, 'failure', rounds.repairSeconds),
    },
    {
      name: deliveryRounds.success,
      seconds: rounds.repairSeconds * compareRounds,
      work: () => repairDeliveries(tools, 'success', rounds.repairSeconds * compareRounds),
    },
    { name: healRound, seconds: rounds.repairSeconds, work: (keep) => heal(tools, rounds.repairSeconds, keep) },
    {
      name: 'look',
      seconds: rounds.lookSeconds,
      work: async () => {
        for (const { id, suspended } of await reader.installations()) if (!suspended) await lookAtPulls(tools, id);
      },
    },
  ];
  for (const { name, seconds } of table) await announceRound(journal.db, name, seconds);
  await retryFailed(tools);
  // After a long stop a round is overdue: it does not wait for its interval.
  const overdue = (await readRounds(journal.db))
    .filter(({ succeededAt, silentSeconds, everySeconds }) => succeededAt && silentSeconds > everySeconds)
    .map(({ name }) => name);
  const stops = table.map((round) => every(round, round.atOnce ?? overdue.includes(round.name)));
  const watching = setInterval(() => void watch(journal.db, log), watchSeconds * 1_000);

  function every({ name, seconds, work }: Round, atOnce: boolean): () => Promise<void> {
    let running: Promise<void> | undefined;
    const run = async () => {
      try {
        if (!(await isDue(journal.db, name))) return;
        if (await alone(journal.db, name, Math.max(seconds * 2, 30), work)) await roundSucceeded(journal.db, name);
      } catch (error) {
        log.error({ err: error }, `the ${name} round failed`);
      } finally {
        running = undefined;
      }
    };
    if (atOnce) running = run();
    const timer = setInterval(() => {
      running ??= run();
    }, seconds * 1_000);
    return async () => {
      clearInterval(timer);
      await running;
    };
  }

  return {
    repair: async () => (await repairDeliveries(tools, 'failure', 0)) + (await repairDeliveries(tools, 'success', 0)),
    heal: () => heal(tools, 0, async () => true),
    supervise: () => supervise(tools),
    look: (installation) => lookAtPulls(tools, installation),
    async stop() {
      halt.abort();
      clearInterval(watching);
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

/** How often each replica asks whether the sweep is silent. */
const watchSeconds = 60;
