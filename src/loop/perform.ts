// Execute one command. Its outcome and the job's completion commit together; a crash in between asks `find` first.

import { fromKysely, type JobWithMetadata, type PgBoss } from 'pg-boss';
import type { Tracer } from '../../adapters/tracer/contract.ts';
import { Command } from '../decide/command.ts';
import type { Call, Effect, Effects, Ports } from '../effects/contract.ts';
import { commandsDo, permit } from '../effects/guard/guard-writes.ts';
import { Permanent, Retryable, UserFixable } from '../errors.ts';
import type { About } from '../facts/about.ts';
import type { Fact } from '../facts/fact.ts';
import { parseStream } from '../facts/stream.ts';
import { append, appended } from '../journal/append.ts';
import type { Enqueue, Jobs } from '../journal/enqueue.ts';
import { readStream, type StreamRow } from '../journal/stream.ts';
import type { Db } from '../journal/tables.ts';
import { sayPlainly } from '../render/messages.ts';
import { aboutStream } from './about-stream.ts';
import { classOf, type Kept } from './failure-class.ts';
import type { Log } from './log.ts';
import type { Done } from './workers.ts';

type Job = JobWithMetadata<Jobs['perform']>;
export type PerformTools = {
  db: Db;
  boss: PgBoss;
  enqueue: Enqueue;
  effects: Effects;
  ports: Ports;
  log: Log;
  tracer: Tracer;
};

/** Below the queue's own expiry, so that an effect that hangs is stopped by us and not run a second time beside itself. */
const effectSeconds = 240;

export async function perform(tools: PerformTools, job: Job): Promise<Done<Kept>> {
  const { stream, key, command, delivery } = job.data;
  const row = await readStream(tools.db, stream);
  const about: About = {
    ...(row && aboutStream(row)),
    ...('run' in command && { run_id: command.run }),
    delivery_id: delivery,
    command: command.type,
    key,
    attempt: job.retryCount + 1,
  };
  return tools.tracer.within(about, () => performOnce(tools, job, row));
}

async function performOnce(tools: PerformTools, job: Job, row: StreamRow | undefined): Promise<Done<Kept>> {
  const { db, boss, enqueue, log, tracer } = tools;
  const { stream, key, delivery } = job.data;
  const started = performance.now();
  if (await appended(db, key)) return { id: job.id, status: 'completed' };
  try {
    const outcome = await tracer.step('perform', {}, () => answer(tools, job, row));
    await db.transaction().execute(async (tx) => {
      await append(tx, enqueue, { stream, key, fact: outcome, delivery });
      await boss.complete('perform', { id: job.id, retryCount: job.retryCount }, {}, { db: fromKysely(tx) });
    });
    log.info({ outcome: outcome.type, ms: Math.round(performance.now() - started) }, 'performed');
    return { id: job.id, status: 'completed' };
  } catch (error) {
    return failed(tools, job, error);
  }
}

async function answer({ effects, ports }: PerformTools, job: Job, row: StreamRow | undefined): Promise<Fact> {
  if (!row) throw new Permanent(`the stream ${job.data.stream} does not exist`);
  const command = Command.parse(job.data.command);
  const call: Call<Command> = {
    command,
    key: job.data.key,
    stream: job.data.stream,
    repository: row.repository,
    signal: AbortSignal.timeout(effectSeconds * 1_000),
  };
  await permit(ports.standing, commandsDo[command.type], row.repository.id);
  // The registry pairs each command with the effect of its name; TypeScript cannot follow that through the union.
  const effect = effects[command.type] as Effect<Command['type']>;
  const again = job.retryCount > 0 || job.data.resumed === true;
  const answered = async () =>
    (again ? await effect.find?.(call, ports) : undefined) ?? (await effect.execute(call, ports));
  return Promise.race([answered(), timeUp(call.signal)]);
}

/** An effect that hangs must not run a second time beside itself: the attempt ends before the queue gives the job away. */
const timeUp = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new Retryable('the effect took too long', { after: 5 })), {
      once: true,
    }),
  );

/** What a person is shown of a failure that is final: our own sentence where there is one. */
const wordsOf = (error: unknown): string =>
  error instanceof UserFixable
    ? sayPlainly({ id: error.messageId, data: error.data })
    : error instanceof Error
      ? error.message
      : String(error);

async function failed({ db, boss, enqueue, log }: PerformTools, job: Job, error: unknown): Promise<Done<Kept>> {
  const output = { message: wordsOf(error), class: classOf(error) };
  if (error instanceof Permanent || error instanceof UserFixable) {
    log.warn({ err: error }, 'refused for good');
    return { id: job.id, status: 'deadletter', output };
  }
  if (error instanceof Retryable && error.after !== undefined) {
    const { after } = error;
    const { stream } = job.data;
    log.info({ after, err: error }, 'put off');
    await db.transaction().execute(async (tx) => {
      const group = String(parseStream(stream)?.repository ?? 0);
      await enqueue(tx, 'perform', { ...job.data, resumed: true }, { after, group });
      await boss.complete('perform', { id: job.id, retryCount: job.retryCount }, {}, { db: fromKysely(tx) });
    });
    return { id: job.id, status: 'completed' };
  }
  log.warn({ err: error }, 'failed, will be tried again');
  return { id: job.id, status: 'failed', output };
}
