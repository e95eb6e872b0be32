// Starts the workers over the queues and the rounds of the sweep, and stops them again.
import type { Job, JobWithMetadata } from 'pg-boss';
import type { Effects, Ports } from '../effects/contract.ts';
import { Retryable } from '../errors.ts';
import { append } from '../journal/append.ts';
import type { Journal } from '../journal/database.ts';
import type { Jobs } from '../journal/enqueue.ts';
import type { Inbox } from '../journal/inbox.ts';
import { converge } from './converge.ts';
import type { Log } from './log.ts';
import { perform } from './perform.ts';
import { react } from './react.ts';
import { alone, lookAtPulls, repairDeliveries, type SweepTools, sweepJournal } from './sweep.ts';
import { giveUp, translate } from './translate.ts';

export type Rounds = { journalSeconds: number; repairSeconds: number; lookSeconds: number };

export type LoopOptions = {
  journal: Journal;
  inbox: Inbox;
  effects: Effects;
  ports: Ports;
  self: { botId: number };
  log: Log;
  /** Counts duplicates that GitHub showed and that were taken away. */
  duplicatesRemoved(kind: string, count: number): void;
  rounds: Rounds;
};

export type Loop = {
  /** Fetches deliveries that never arrived, now. */
  repair(): Promise<number>;
  /** Ends the rounds; jobs that run are given time by the journal's close. */
  stop(): Promise<void>;
};

/** NOTIFY wakes a worker; the backstop poll is for the notification that was lost. */
const pace = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 1, burstWhenBatchFull: true };

/** Seconds until a target that may be there twice is looked at again: above any lag of GitHub's lists, below one sweep. */
const lookAgainSeconds = 30;

export async function startLoop(options: LoopOptions): Promise<Loop> {
  const { journal, inbox, effects, ports, self, log, rounds, duplicatesRemoved } = options;
  const { db, boss, enqueue } = journal;
  const tools: SweepTools = { journal, inbox, reader: ports.reader, self, log };
  const report = (what: string) => (error: unknown) => log.error({ err: error }, what);
  const look = (installation: number) =>
    void lookAtPulls(tools, installation).catch(report('looking at open pull requests failed'));

  const translating = { db, enqueue, inbox, self, log, look };

  await boss.work<Jobs['translate']>('translate', { ...pace, batchSize: 20 }, async (jobs) => {
    for (const { data } of jobs) await translate(translating, data.batch);
  });
  await boss.work<Jobs['react']>('react', { ...pace, batchSize: 20, localConcurrency: 2 }, async (jobs) => {
    for (const stream of new Set(jobs.map(({ data }) => data.stream))) {
      await react(db, enqueue, stream, (why) =>
        log.error({ stream, why }, 'an illegal decision was replaced by a safe one'),
      );
    }
  });
  await boss.work(
    'perform',
    { ...pace, batchSize: 1, localConcurrency: 6, includeMetadata: true, perJobResults: true } as const,
    (jobs: JobWithMetadata<Jobs['perform']>[]) =>
      Promise.all(jobs.map((job) => perform({ db, boss, enqueue, effects, ports, log }, job))),
  );
  await boss.work<Jobs['converge']>(
    'converge',
    { ...pace, batchSize: 1, localConcurrency: 4 },
    async (jobs: Job<Jobs['converge']>[]) => {
      for (const { data } of jobs) await convergeLater(data);
    },
  );
  await boss.work(
    'dead',
    { ...pace, batchSize: 5, includeMetadata: true } as const,
    async (jobs: JobWithMetadata<Jobs['perform']>[]) => {
      for (const job of jobs) await bury(job);
    },
  );

  /** Somebody else writing the target is no failure: the job comes back when they are done. */
  async function convergeLater(data: Jobs['converge']): Promise<void> {
    try {
      const done = await converge(db, ports, data.stream, data.target, duplicatesRemoved);
      if (done !== 'written_unsure') return;
      await db.transaction().execute((tx) => enqueue(tx, 'converge', data, { after: lookAgainSeconds }));
    } catch (error) {
      log.info({ ...data, err: error }, 'a target was not written and is tried again');
      if (!(error instanceof Retryable) || error.after === undefined) throw error;
      const { after } = error;
      await db.transaction().execute((tx) => enqueue(tx, 'converge', data, { after }));
    }
  }

  /** Exactly one outcome per command: giving up takes the same key as success would have. */
  async function bury({ data, output, sourceOutput }: JobWithMetadata<Jobs['perform']>): Promise<void> {
    log.error({ ...data, output: sourceOutput ?? output }, 'given up');
    if ('batch' in data) await giveUp(translating, String(data.batch), reasonOf(sourceOutput ?? output));
    if (!data.command) return;
    const fact = { type: 'GaveUp', command: data.command.type, why: reasonOf(sourceOutput ?? output) } as const;
    await db.transaction().execute((tx) => append(tx, enqueue, { stream: data.stream, key: data.key, fact }));
  }

  const every = (seconds: number, name: string, work: () => Promise<unknown>) => {
    let running: Promise<unknown> = Promise.resolve();
    const timer = setInterval(() => {
      running = alone(tools, name, Math.max(seconds * 2, 30), work).catch(report(`the ${name} round failed`));
    }, seconds * 1_000);
    return async () => {
      clearInterval(timer);
      await running;
    };
  };
  const stops = [
    every(rounds.journalSeconds, 'journal', () => sweepJournal(tools)),
    every(rounds.repairSeconds, 'repair', () => repairDeliveries(tools)),
    every(rounds.lookSeconds, 'look', async () => {
      for (const { id, suspended } of await ports.reader.installations()) if (!suspended) await lookAtPulls(tools, id);
    }),
  ];
  return {
    repair: () => repairDeliveries(tools),
    stop: async () => void (await Promise.all(stops.map((stop) => stop()))),
  };
}

const reasonOf = (output: unknown): string => {
  const message = typeof output === 'object' && output !== null && 'message' in output ? output.message : output;
  return String(message ?? 'it failed for an unknown reason').slice(0, 1_000);
};
