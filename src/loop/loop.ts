// Starts the workers over the queues and the rounds of the sweep, and stops them again.
import type { JobWithMetadata } from 'pg-boss';
import type { Tracer } from '../../adapters/tracer/contract.ts';
import type { Effects, Ports } from '../effects/contract.ts';
import { Retryable } from '../errors.ts';
import { aboutStreamId } from '../facts/about.ts';
import type { StreamId } from '../facts/stream.ts';
import { append } from '../journal/append.ts';
import type { Journal } from '../journal/database.ts';
import type { Jobs } from '../journal/enqueue.ts';
import type { Inbox } from '../journal/inbox.ts';
import { readStream } from '../journal/stream.ts';
import { aboutStream } from './about-stream.ts';
import { converge } from './converge.ts';
import type { Log } from './log.ts';
import { perform } from './perform.ts';
import { react } from './react.ts';
import { alone, lookAtPulls, repairDeliveries, type SweepTools, sweepJournal } from './sweep.ts';
import { giveUp, translate } from './translate.ts';
import type { Watch, WorkedQueue } from './watch.ts';

export type Rounds = { journalSeconds: number; repairSeconds: number; lookSeconds: number };

export type LoopOptions = {
  journal: Journal;
  inbox: Inbox;
  effects: Effects;
  ports: Ports;
  self: { botId: number };
  log: Log;
  tracer: Tracer;
  watch: Watch;
  rounds: Rounds;
};

export type Loop = {
  /** Fetches deliveries that never arrived, now. */
  repair(): Promise<number>;
  /** Ends the rounds; jobs that run are given time by the journal's close. */
  stop(): Promise<void>;
};

/** NOTIFY wakes a worker; the backstop poll is for the notification that was lost. */
const pace = {
  pollingIntervalSeconds: 1,
  notifyPollingIntervalSeconds: 1,
  burstWhenBatchFull: true,
  includeMetadata: true,
} as const;

export async function startLoop(options: LoopOptions): Promise<Loop> {
  const { journal, inbox, effects, ports, self, log, tracer, watch, rounds } = options;
  const { db, boss, enqueue } = journal;
  const tools: SweepTools = { journal, inbox, reader: ports.reader, self, log };
  const report = (what: string) => (error: unknown) => log.error({ err: error }, what);
  const look = (installation: number) =>
    void lookAtPulls(tools, installation).catch(report('looking at open pull requests failed'));

  const translating = { db, enqueue, inbox, self, log, tracer, watch, look };

  /** Every job is counted as it begins, with the time that it was due and nobody had taken it. */
  const begin = (queue: WorkedQueue, jobs: readonly JobWithMetadata<object>[]) => {
    for (const { startAfter, startedOn, retryCount, data } of jobs)
      watch.begun(queue, (startedOn.getTime() - startAfter.getTime()) / 1_000, retryCount > 0 || 'resumed' in data);
  };

  await boss.work(
    'translate',
    { ...pace, batchSize: 20 } as const,
    async (jobs: JobWithMetadata<Jobs['translate']>[]) => {
      begin('translate', jobs);
      for (const { data } of jobs) await translate(translating, data.batch);
    },
  );
  await boss.work(
    'react',
    { ...pace, batchSize: 20, localConcurrency: 2 } as const,
    async (jobs: JobWithMetadata<Jobs['react']>[]) => {
      begin('react', jobs);
      for (const stream of new Set(jobs.map(({ data }) => data.stream)))
        await tracer.within(aboutStreamId(stream), () => reactOnce(stream));
    },
  );
  await boss.work(
    'perform',
    { ...pace, batchSize: 1, localConcurrency: 6, perJobResults: true } as const,
    (jobs: JobWithMetadata<Jobs['perform']>[]) => {
      begin('perform', jobs);
      return Promise.all(jobs.map((job) => perform({ db, boss, enqueue, effects, ports, log, tracer }, job)));
    },
  );
  await boss.work(
    'converge',
    { ...pace, batchSize: 1, localConcurrency: 4 } as const,
    async (jobs: JobWithMetadata<Jobs['converge']>[]) => {
      begin('converge', jobs);
      for (const { data } of jobs) await convergeLater(data);
    },
  );
  await boss.work('dead', { ...pace, batchSize: 5 } as const, async (jobs: JobWithMetadata<Jobs['perform']>[]) => {
    begin('dead', jobs);
    for (const job of jobs) await bury(job);
  });

  /** One job folds what several deliveries told: each of them sees it in its own trace. */
  async function reactOnce(stream: StreamId): Promise<void> {
    const began = performance.now();
    const deliveries = new Set<string | undefined>();
    await react(
      db,
      enqueue,
      stream,
      (why) => log.error({ why }, 'an illegal decision was replaced by a safe one'),
      (delivery) => deliveries.add(delivery),
    );
    const ms = performance.now() - began;
    for (const delivery_id of deliveries) tracer.tell('react', { delivery_id }, ms);
  }

  /** Somebody else writing the target is no failure: the job comes back when they are done. */
  async function convergeLater(data: Jobs['converge']): Promise<void> {
    const row = await readStream(db, data.stream);
    const about = { ...(row && aboutStream(row)), delivery_id: data.delivery, target: data.target };
    await tracer.within(about, () => convergeOnce(data));
  }

  async function convergeOnce(data: Jobs['converge']): Promise<void> {
    try {
      await tracer.step('converge', {}, () => converge(db, ports, data.stream, data.target));
    } catch (error) {
      log.info({ err: error }, 'a target was not written and is tried again');
      if (!(error instanceof Retryable) || error.after === undefined) throw error;
      const { after } = error;
      await db.transaction().execute((tx) => enqueue(tx, 'converge', data, { after }));
    }
  }

  /** Exactly one outcome per command: giving up takes the same key as success would have. */
  async function bury({ data, output, sourceOutput }: JobWithMetadata<Jobs['perform']>): Promise<void> {
    const why = reasonOf(sourceOutput ?? output);
    const { stream, key, command, delivery } = data;
    const about = { ...aboutStreamId(stream), delivery_id: delivery, command: command?.type, key };
    log.error({ ...about, ...('target' in data && { target: data.target }), why }, 'given up');
    if ('batch' in data) await giveUp(translating, String(data.batch), why);
    if (!command) return;
    const fact = { type: 'GaveUp', command: command.type, why } as const;
    await db.transaction().execute((tx) => append(tx, enqueue, { stream, key, fact, delivery }));
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
