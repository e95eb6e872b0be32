// One piece of work, tried by hand: a command through perform, or a target through converge. Back-off is skipped, not waited for.

import { sql } from 'kysely';
import { createPlainTracer } from '../../adapters/tracer/plain.ts';
import type { Command } from '../../src/decide/command.ts';
import type { Ports } from '../../src/effects/contract.ts';
import { effects } from '../../src/effects/index.ts';
import { Retryable } from '../../src/errors.ts';
import type { StreamId } from '../../src/facts/stream.ts';
import type { Jobs } from '../../src/journal/enqueue.ts';
import { converge } from '../../src/loop/converge.ts';
import { perform } from '../../src/loop/perform.ts';
import type { Stage } from './stage.ts';

/** `again`: the queue would bring it back; `gave_up`: it is in the dead letter. */
export type Tried = 'done' | 'again' | 'gave_up';

export type Work = {
  /** One attempt; several of them may be under way at once. */
  attempt(ports: Ports): Promise<Tried>;
  /** Two workers have the same job in their hands. */
  twice(ports: Ports): Promise<void>;
  /** The worker that has it is gone for good, and its time is up. */
  expire(): Promise<void>;
};

/** More than any queue grants. */
const mostAttempts = 12;

export async function finish(work: Work, ports: Ports): Promise<Tried> {
  for (let n = 0; n < mostAttempts; n++) {
    const tried = await work.attempt(ports);
    if (tried !== 'again') return tried;
  }
  return 'gave_up';
}

export async function commandWork(stage: Stage, stream: StreamId, key: string, command: Command): Promise<Work> {
  const { db, boss, enqueue } = stage.journal;
  await db.transaction().execute((tx) => enqueue(tx, 'perform', { stream, key, command }));
  const log = { debug() {}, info() {}, warn: (_: object, text: string) => void stage.log.push(text), error() {} };
  const held = new Set<string>();
  const take = async () => {
    await sql`update pgboss.job set start_after = now() - interval '1 second'
      where name = 'perform' and state in ('created', 'retry')`.execute(db);
    const [job] = await boss.fetch<Jobs['perform']>('perform', { includeMetadata: true, batchSize: 1 });
    if (job) held.add(job.id);
    return job;
  };
  type Job = NonNullable<Awaited<ReturnType<typeof take>>>;
  const once = async (job: Job, ports: Ports): Promise<Tried> => {
    const done = await perform({ db, boss, enqueue, effects, ports, log, tracer: createPlainTracer() }, job).catch(
      (error: unknown) => {
        // As pg-boss does when a handler throws.
        return { id: job.id, status: 'failed' as const, output: { message: String(error) } };
      },
    );
    const attempt = { id: job.id, retryCount: job.retryCount };
    if (done.status === 'completed') await boss.complete('perform', attempt);
    if (done.status === 'failed') await boss.fail('perform', attempt, done.output);
    if (done.status === 'deadletter') {
      stage.log.push(`refused: ${done.output?.message}`);
      await boss.cancel('perform', job.id);
    }
    held.delete(job.id);
    return done.status === 'deadletter' ? 'gave_up' : 'again';
  };
  return {
    async attempt(ports) {
      const job = await take();
      return job ? once(job, ports) : 'done';
    },
    async twice(ports) {
      const job = await take();
      if (job) await Promise.all([once(job, ports), once(job, ports)]);
    },
    async expire() {
      for (const id of held) await boss.fail('perform', id, { message: 'its worker was not heard of any more' });
      held.clear();
      await freeRights(stage);
    },
  };
}

export function targetWork(stage: Stage, stream: StreamId, id: string): Work {
  const { db } = stage.journal;
  const attempt = async (ports: Ports): Promise<Tried> => {
    try {
      const done = await converge(db, ports, stream, id);
      return done === 'written_unsure' ? 'again' : 'done';
    } catch (error) {
      if (!(error instanceof Retryable)) stage.log.push(`refused: ${String(error)}`);
      return 'again';
    }
  };
  return {
    attempt,
    async twice(ports) {
      await Promise.all([attempt(ports), attempt(ports)]);
    },
    expire: () => freeRights(stage),
  };
}

/** What a dead worker held, once its minute is over. */
async function freeRights({ journal: { db } }: Stage): Promise<void> {
  await db.updateTable('written').set({ held_until: sql`'-infinity'` }).execute();
}
