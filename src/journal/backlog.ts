// The backlog (SF-004): work stands here with its priority and age until a slot is free, and is claimed once. The run of the
// same key is the lease: lease.ts has its heartbeat and its end. All times are the database's.
import { sql } from 'kysely';
import { Priority as Priorities, type Priority } from '../facts/priority.ts';
import type { StreamId } from '../facts/stream.ts';
import { digestOf } from './artifact.ts';
import type { Db, Tx } from './tables.ts';

/** What decides when it is served; it may change while it waits. */
export type Standing = {
  priority: Priority;
  /** Open issues that have to be closed first: `owner/name#12`. */
  blockedBy: readonly string[];
  /** Runs of its repository at the same time. */
  cap: number;
};

export type NewTicket = Standing & {
  /** The idempotency key. */
  key: string;
  ticket: StreamId;
  repo: number;
  /** What is to be done, as JSON: the same key may not come to mean something else. */
  content: unknown;
};

/** `existed`: the same was created before, and stands or stood here; its standing is renewed while it waits. */
export type Created = 'created' | 'existed' | { conflict: 'other_content'; key: string };

/** Any number: the key of the advisory lock that makes admission one at a time over all replicas. */
const admissionLock = 725_001;

/** Taken before the backlog is read to give a slot away; held until the transaction ends. */
export const lockAdmission = (tx: Tx) => sql`select pg_advisory_xact_lock(${admissionLock})`.execute(tx);

/** Idempotent by `key`. A ticket keeps its age over all that it ever asks for: work that was begun is finished first. */
export async function createTicket(
  tx: Db | Tx,
  { key, ticket, repo, content, ...standing }: NewTicket,
): Promise<Created> {
  const digest = digestOf(JSON.stringify(content));
  const made = await tx
    .insertInto('backlog')
    .values({
      key,
      ticket,
      repo,
      content: digest,
      ...columnsOf(standing),
      since: sql`coalesce((select min(since) from backlog where ticket = ${ticket}), clock_timestamp())`,
      holder: null,
      offered_at: null,
      not_before: null,
    })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('key')
    .executeTakeFirst();
  if (made) return 'created';
  const before = await tx.selectFrom('backlog').select('content').where('key', '=', key).executeTakeFirstOrThrow();
  if (before.content !== digest) return { conflict: 'other_content', key };
  await tx
    .updateTable('backlog')
    .set(columnsOf(standing))
    .where('key', '=', key)
    .where('state', '=', 'waiting')
    .execute();
  return 'existed';
}

const columnsOf = ({ priority, blockedBy, cap }: Standing) => ({
  priority: Priorities.options.indexOf(priority),
  blocked_by: JSON.stringify(blockedBy.map((one) => one.toLowerCase())),
  cap,
});

/** The priority that the ticket stood here with last; undefined for one that never did. */
export async function lastPriority(db: Db | Tx, ticket: StreamId): Promise<Priority | undefined> {
  const row = await db
    .selectFrom('backlog')
    .select('priority')
    .where('ticket', '=', ticket)
    .orderBy('created_at', 'desc')
    .executeTakeFirst();
  return row && Priorities.options[row.priority];
}

/** Nobody wants it any more. A claimed one is ended as a run. */
export async function withdraw(db: Db | Tx, key: string): Promise<boolean> {
  const done = await db
    .updateTable('backlog')
    .set({ state: 'withdrawn' })
    .where('key', '=', key)
    .where('state', '=', 'waiting')
    .executeTakeFirst();
  return done.numUpdatedRows === 1n;
}

/** It was asked for and not admitted, so an offer is answered. `seconds`: for so long it is not offered a slot again. */
export const putOff = (db: Db | Tx, key: string, seconds?: number) =>
  db
    .updateTable('backlog')
    .set({
      offered_at: null,
      not_before: seconds === undefined ? null : sql`clock_timestamp() + ${seconds} * interval '1 second'`,
    })
    .where('key', '=', key)
    .where('state', '=', 'waiting')
    .execute();

/** A slot that was taken and not used: it stands where it stood before. */
export const giveBack = (tx: Tx, key: string) =>
  tx.updateTable('backlog').set({ state: 'waiting', holder: null }).where('key', '=', key).execute();

/** `issue` (`owner/name#12`) was closed: nothing waits for it any more. */
export const unblock = (db: Db | Tx, issue: string) =>
  db
    .updateTable('backlog')
    .set({ blocked_by: sql`blocked_by - ${issue.toLowerCase()}::text`, not_before: null })
    .where('state', '=', 'waiting')
    .where(sql<boolean>`blocked_by @> ${JSON.stringify([issue.toLowerCase()])}::jsonb`)
    .execute();
