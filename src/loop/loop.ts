// Starts the workers over the queues and the rounds of the sweep, and stops them again.
import type { JobWithMetadata } from 'pg-boss';
import type { GitHubChanges } from '../../adapters/changes/contract.ts';
import type { Tracer } from '../../adapters/tracer/contract.ts';
import type { Effects, Ports } from '../effects/contract.ts';
import { Retryable } from '../errors.ts';
import { aboutStreamId } from '../facts/about.ts';
import { parseStream, type StreamId } from '../facts/stream.ts';
import type { Journal } from '../journal/database.ts';
import type { Jobs } from '../journal/enqueue.ts';
import type { Inbox } from '../journal/inbox.ts';
import { offerSlots } from '../journal/offer.ts';
import { readStream } from '../journal/stream.ts';
import { aboutStream } from './about-stream.ts';
import { type BudgetNews, budgetNews } from './budget-news.ts';
import { buryJob } from './bury.ts';
import { converge } from './converge.ts';
import type { Log } from './log.ts';
import { perform } from './perform.ts';
import { react } from './react.ts';
import { type Rounds, startSweep } from './sweep/rounds.ts';
import { daysOfLog } from './sweep/tools.ts';
import { translate } from './translate.ts';
import type { Watch, WorkedQueue } from './watch.ts';
import { oncePer, oneByOne, paces, work } from './workers.ts';

export type LoopOptions = {
  journal: Journal;
  inbox: Inbox;
  effects: Effects;
  ports: Ports;
  changes: GitHubChanges;
  self: { botId: number };
  log: Log;
  tracer: Tracer;
  watch: Watch;
  /** Counts duplicates that GitHub showed and that were taken away. */
  duplicatesRemoved(kind: string, count: number): void;
  rounds: Rounds;
  /** Hears once of each budget that is used up, or nearly. */
  onBudget(news: BudgetNews): void;
};

export type Loop = {
  /** Fetches deliveries that never arrived, now. */
  repair(): Promise<number>;
  /** Reads every repository on from where it was left, now. */
  heal(): Promise<void>;
  /** Holds runs against GitHub's workflow runs, now. */
  supervise(): Promise<void>;
  /** Ends the rounds and takes no more jobs; those that run are given time by the journal's close. */
  stop(): Promise<void>;
};

/** Seconds until a target that may be there twice is looked at again: above any lag of GitHub's lists, below one sweep. */
const lookAgainSeconds = 30;

export async function startLoop(options: LoopOptions): Promise<Loop> {
  const { journal, inbox, effects, ports, changes, self, log, tracer, watch, rounds, onBudget, duplicatesRemoved } =
    options;
  const { db, boss, enqueue } = journal;
  const logDays = daysOfLog(ports.serverUrl);
  const { workflow, totalRuns } = ports.runners;
  const tools = { journal, inbox, reader: ports.reader, changes, self, logDays, workflow, totalRuns, log };
  const sweep = await startSweep(tools, rounds);
  const look = (installation: number) =>
    void sweep
      .look(installation)
      .catch((error: unknown) => log.error({ err: error }, 'looking at open pull requests failed'));

  const translating = { db, enqueue, inbox, self, log, tracer, watch, look };

  /** Every job is counted as it begins, with the time that it was due and nobody had taken it. */
  const begin = (queue: WorkedQueue, jobs: readonly JobWithMetadata<object>[]) => {
    for (const { startAfter, startedOn, retryCount, data } of jobs)
      watch.begun(queue, (startedOn.getTime() - startAfter.getTime()) / 1_000, retryCount > 0 || 'resumed' in data);
  };

  await work<Jobs['translate']>(boss, 'translate', paces.translate, (jobs) => {
    begin('translate', jobs);
    return oneByOne(jobs, ({ data }) => translate(translating, data.batch));
  });
  await work<Jobs['react']>(boss, 'react', paces.react, (jobs) => {
    begin('react', jobs);
    return oncePer(
      jobs,
      ({ data }) => data.stream,
      (stream) => tracer.within(aboutStreamId(stream), () => reactOnce(stream)),
    );
  });
  await work<Jobs['perform']>(boss, 'perform', paces.perform, (jobs) => {
    begin('perform', jobs);
    return Promise.all(jobs.map((job) => perform({ db, boss, enqueue, effects, ports, log, tracer }, job)));
  });
  await work<Jobs['converge']>(boss, 'converge', paces.converge, (jobs) => {
    begin('converge', jobs);
    return oneByOne(jobs, ({ data }) => convergeLater(data));
  });
  await work<Jobs['offer']>(boss, 'offer', paces.offer, (jobs) => {
    begin('offer', jobs);
    // One look is enough for all that came free, but each closed issue is told.
    return oncePer(
      jobs,
      ({ data }) => data.closed,
      (closed) => offerSlots(db, enqueue, totalRuns, closed),
    );
  });
  await work<Jobs[keyof Jobs]>(boss, 'dead', paces.dead, (jobs) => {
    begin('dead', jobs);
    return oneByOne(jobs, (job) => buryJob(translating, job));
  });

  /** One job folds what several deliveries told: each of them sees it in its own trace. */
  async function reactOnce(stream: StreamId): Promise<void> {
    const began = performance.now();
    const deliveries = new Set<string | undefined>();
    await react(db, enqueue, stream, {
      refused: (why) => log.error({ why }, 'an illegal decision was replaced by a safe one'),
      folded: (fact, delivery) => {
        deliveries.add(delivery);
        const news = budgetNews(stream, fact);
        if (news) onBudget(news);
      },
    });
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
      const done = await tracer.step('converge', {}, () =>
        converge(db, ports, data.stream, data.target, duplicatesRemoved),
      );
      if (done !== 'written_unsure') return;
      const group = String(parseStream(data.stream)?.repository ?? 0);
      await db.transaction().execute((tx) => enqueue(tx, 'converge', data, { after: lookAgainSeconds, group }));
    } catch (error) {
      log.info({ err: error }, 'a target was not written and is tried again');
      if (!(error instanceof Retryable) || error.after === undefined) throw error;
      const { after } = error;
      await db
        .transaction()
        .execute((tx) =>
          enqueue(tx, 'converge', data, { after, group: String(parseStream(data.stream)?.repository ?? 0) }),
        );
    }
  }

  return {
    repair: sweep.repair,
    heal: sweep.heal,
    supervise: sweep.supervise,
    async stop() {
      // No job is taken any more; what is being worked on has until the journal's close to end.
      await Promise.all([sweep.stop(), ...Object.keys(paces).map((queue) => boss.offWork(queue, { wait: false }))]);
    },
  };
}
