// The only place that enqueues. It requires our transaction: on PGlite a bare send inside one waits for ever, on Postgres
// it would survive our rollback.
import { fromKysely, type PgBoss } from 'pg-boss';
import type { Command } from '../decide/command.ts';
import type { StreamId } from '../facts/stream.ts';
import type { Tx } from './tables.ts';

export type Jobs = {
  /** One commit group of deliveries. */
  translate: { batch: string };
  /** Carries nothing: react reads what is pending. */
  react: { stream: StreamId };
  /** `key` is the same for every attempt: whatever is written outside carries it. `resumed`: it was tried before and put off. `delivery`: the webhook that led to it. */
  perform: { stream: StreamId; key: string; command: Command; resumed?: boolean; delivery?: string };
  /** Carries only the target: the writer reads the newest state. */
  converge: { stream: StreamId; target: string; delivery?: string };
  /** A slot may have come free. `closed`: the ticket whose issue was closed, which others may have waited for. */
  offer: { closed?: StreamId };
};
export type Queue = keyof Jobs;

export type Enqueue = <Q extends Queue>(
  tx: Tx,
  queue: Q,
  job: Jobs[Q],
  options?: { after?: number; group?: string },
) => Promise<void>;

/** `after` in seconds. `group`, a repository, serves fairness only, never exclusion. */
export const enqueueWith =
  (boss: PgBoss): Enqueue =>
  async (tx, queue, job, { after, group } = {}) => {
    await boss.send(queue, job, {
      db: fromKysely(tx),
      ...(after === undefined ? {} : { startAfter: after }),
      ...(group === undefined ? {} : { group: { id: group } }),
    });
  };
