// Starts the workers over the queues and the rounds of the sweep, and stops them again.
import type { Job, JobWithMetadata } from 'pg-boss';
import type { GitHubChanges } from '../../adapters/changes/contract.ts';
import type { Effects, Ports } from '../effects/contract.ts';
import { Retryable } from '../errors.ts';
import { parseStream } from '../facts/stream.ts';
import type { Journal } from '../journal/database.ts';
import type { Jobs } from '../journal/enqueue.ts';
import type { Inbox } from '../journal/inbox.ts';
import { offerSlots } from '../journal/offer.ts';
import { type BudgetNews, budgetNews } from './budget-news.ts';
import { buryJob } from './bury.ts';
import { converge } from './converge.ts';
import type { Log } from './log.ts';
import { perform } from './perform.ts';
import { react } from './react.ts';
import { type Rounds, startSweep } from './sweep/rounds.ts';
import { translate } from './translate.ts';
import { workers } from './workers.ts';

export type LoopOptions = {
  journal: Journal;
  inbox: Inbox;
  effects: Effects;
  ports: Ports;
  changes: GitHubChanges;
  self: { botId: number };
  log: Log;
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

/** How long the log of deliveries is kept, and redelivery is possible. Docs: "Redelivering webhooks". */
const logKeptDays = { github: 3, enterprise: 7 };

export async function startLoop(options: LoopOptions): Promise<Loop> {
  const { journal, inbox, effects, ports, changes, self, log, rounds, onBudget } = options;
  const { db, boss, enqueue } = journal;
  const logDays = ports.serverUrl === 'https://github.com' ? logKeptDays.github : logKeptDays.enterprise;
  const { workflow, totalRuns } = ports.runners;
  const tools = { journal, inbox, reader: ports.reader, changes, self, logDays, workflow, totalRuns, log };
  const sweep = await startSweep(tools, rounds);
  const look = (installation: number) =>
    void sweep
      .look(installation)
      .catch((error: unknown) => log.error({ err: error }, 'looking at open pull requests failed'));

  const translating = { db, enqueue, inbox, self, log, look };

  await boss.work<Jobs['translate']>('translate', workers.translate, async (jobs) => {
    for (const { data } of jobs) await translate(translating, data.batch);
  });
  await boss.work<Jobs['react']>('react', workers.react, async (jobs) => {
    for (const stream of new Set(jobs.map(({ data }) => data.stream))) {
      await react(db, enqueue, stream, {
        refused: (why) => log.error({ stream, why }, 'an illegal decision was replaced by a safe one'),
        folded: (fact) => {
          const news = budgetNews(stream, fact);
          if (news) onBudget(news);
        },
      });
    }
  });
  await boss.work(
    'perform',
    { ...workers.perform, includeMetadata: true, perJobResults: true } as const,
    (jobs: JobWithMetadata<Jobs['perform']>[]) =>
      Promise.all(jobs.map((job) => perform({ db, boss, enqueue, effects, ports, log }, job))),
  );
  await boss.work<Jobs['converge']>('converge', workers.converge, async (jobs: Job<Jobs['converge']>[]) => {
    for (const { data } of jobs) await convergeLater(data);
  });
  await boss.work<Jobs['offer']>('offer', workers.offer, async (jobs) => {
    // One look is enough for all that came free, but each closed issue is told.
    const closed = new Set(jobs.map(({ data }) => data.closed));
    for (const one of closed) await offerSlots(db, enqueue, totalRuns, one);
  });
  await boss.work(
    'dead',
    { ...workers.dead, includeMetadata: true } as const,
    async (jobs: JobWithMetadata<Jobs[keyof Jobs]>[]) => {
      for (const job of jobs) await buryJob(translating, job);
    },
  );

  /** Somebody else writing the target is no failure: the job comes back when they are done. */
  async function convergeLater(data: Jobs['converge']): Promise<void> {
    try {
      await converge(db, ports, data.stream, data.target);
    } catch (error) {
      log.info({ ...data, err: error }, 'a target was not written and is tried again');
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
      await Promise.all([sweep.stop(), ...Object.keys(workers).map((queue) => boss.offWork(queue, { wait: false }))]);
    },
  };
}
