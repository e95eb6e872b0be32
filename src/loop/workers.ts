// How many jobs of each queue one process works on, how many of them may belong to one repository, and how workers take them.
import type { JobWithMetadata, PgBoss } from 'pg-boss';
import { lookOn } from '../journal/wake.ts';

export type Poll = { pollingIntervalSeconds: number; notifyPollingIntervalSeconds: number };
/**
 * NOTIFY wakes a worker; the backstop poll is for a notification that was lost and for jobs that come due. Eighteen workers that
 * look each second filled a slow machine by themselves: a look that takes as long as its poll is followed by the next at once.
 */
const backstop: Poll = { pollingIntervalSeconds: 1, notifyPollingIntervalSeconds: 5 };

/**
 * `workers`: each takes `atOnce` jobs, and takes the next when all of them have ended. Jobs that ask GitHub take seconds, so
 * they are taken one by one, and a repository with hundreds of them (`ofOneRepository`) leaves room for the others. The pure
 * queues take milliseconds each and need no such limit. Fairness only, never exclusion: that is the stream's lock and the target's right.
 */
export const paces = {
  translate: { workers: 1, atOnce: 20 },
  react: { workers: 2, atOnce: 20 },
  perform: { workers: 8, atOnce: 1, ofOneRepository: 5 },
  converge: { workers: 6, atOnce: 1, ofOneRepository: 4 },
  offer: { workers: 1, atOnce: 20 },
  dead: { workers: 1, atOnce: 5 },
} as const;

export type Pace = { workers: number; atOnce: number; ofOneRepository?: number };
/** What became of one job. `failed`: it is tried again; `deadletter`: it is given up. */
export type Done<Output = unknown> = { id: string; status: 'completed' | 'failed' | 'deadletter'; output?: Output };
export type Handle<Data> = (jobs: JobWithMetadata<Data>[]) => Promise<Done[]>;

/**
 * Starts the workers of a queue; `boss.offWork` ends them. A worker that had a job asks for the next one at once, so a backlog
 * is worked off as fast as its jobs end: pg-boss by itself waits for its poll after each fetch that was not a full batch of several.
 */
export async function work<Data extends object>(
  boss: PgBoss,
  queue: string,
  { workers, atOnce, ofOneRepository }: Pace,
  handle: Handle<Data>,
  poll = backstop,
): Promise<void> {
  const options = {
    ...poll,
    batchSize: atOnce,
    localConcurrency: workers,
    includeMetadata: true,
    perJobResults: true,
    ...(ofOneRepository !== undefined && { localGroupConcurrency: ofOneRepository }),
  } as const;
  await boss.work(queue, options, (jobs: JobWithMetadata<Data>[]) => {
    if (jobs.length === atOnce) lookOn(boss, queue);
    return handle(jobs);
  });
}

/** One job after the other, each with its own outcome: one that fails is tried again alone. */
export async function oneByOne<J extends { id: string }>(
  jobs: readonly J[],
  handle: (job: J) => Promise<unknown>,
): Promise<Done[]> {
  const done: Done[] = [];
  for (const job of jobs) {
    try {
      await handle(job);
      done.push({ id: job.id, status: 'completed' });
    } catch (error) {
      done.push({ id: job.id, status: 'failed', output: error });
    }
  }
  return done;
}

/** What several jobs ask for is done once. Where it fails it is tried again for the next of them. */
export function oncePer<J extends { id: string }, Key>(
  jobs: readonly J[],
  keyOf: (job: J) => Key,
  handle: (key: Key) => Promise<unknown>,
): Promise<Done[]> {
  const done = new Set<Key>();
  return oneByOne(jobs, async (job) => {
    const key = keyOf(job);
    if (done.has(key)) return;
    await handle(key);
    done.add(key);
  });
}
