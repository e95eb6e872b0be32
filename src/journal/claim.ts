// Taking a slot: one transaction looks at all that is live and all that waits, and gives the slot to the first in order.
import { sql } from 'kysely';
import { liveStates } from '../decide/run.ts';
import type { Assignment } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import { lockAdmission, putOff, withdraw } from './backlog.ts';
import { type Live, pickReady, type Waiting } from './ready.ts';
import type { Db, Tx } from './tables.ts';

/** Seconds for which a slot is kept free for whom it was offered to. */
const offerSeconds = 60;

export type Ask = {
  key: string;
  /** Who claims; the same one may ask again and is told the same. */
  holder: string;
  /** How long the lease holds until a runner takes it. */
  seconds: number;
  assignment: Assignment;
  head?: string | undefined;
  signal?: string | undefined;
};

/** Every reason is a value that two who ask at the same time are told alike. */
export type Conflict =
  | { conflict: 'unknown' }
  | { conflict: 'withdrawn' }
  /** The run of this key has ended. */
  | { conflict: 'ended' }
  /** The ticket is leased: by this run, whose lease holds until then. */
  | { conflict: 'leased'; run: string; holder: string; until: Date }
  | { conflict: 'blocked'; by: string[] }
  /** This signal has started a run of this stage at this commit before. */
  | { conflict: 'unchanged'; run: string }
  | { conflict: 'repository_busy' | 'all_busy'; live: number }
  /** There is a slot, and others are before it in the order. */
  | { conflict: 'behind'; ahead: number };

/** `again`: it was claimed before by the same holder. `fence` rises over the life of a ticket, across its runs. */
export type Claimed = { claimed: { key: string; fence: number; again: boolean } };

/** Of each ticket that may start now, in order: priority, then age; nothing blocked, nothing over a cap. */
export async function fetchReady(db: Db | Tx, total: number, asking?: string): Promise<Waiting[]> {
  const { waiting, live } = await standing(db);
  return pickReady(waiting, live, total, asking);
}

export async function claim(tx: Tx, ask: Ask, total: number): Promise<Claimed | Conflict> {
  await lockAdmission(tx);
  const row = await tx.selectFrom('backlog').selectAll().where('key', '=', ask.key).executeTakeFirst();
  if (!row) return { conflict: 'unknown' };
  if (row.state === 'withdrawn') return { conflict: 'withdrawn' };
  const ticket = row.ticket as StreamId;
  const lease = await leaseOf(tx, ticket);
  if (row.state === 'claimed' && lease?.run !== ask.key) return { conflict: 'ended' };
  if (lease) {
    if (lease.run === ask.key && lease.holder === ask.holder)
      return { claimed: { key: ask.key, fence: lease.fence, again: true } };
    await putOff(tx, ask.key);
    return { conflict: 'leased', run: lease.run, holder: lease.holder, until: lease.until };
  }
  const by = row.blocked_by as string[];
  if (by.length > 0) {
    await putOff(tx, ask.key);
    return { conflict: 'blocked', by };
  }
  const before = await startedBefore(tx, ticket, ask);
  if (before !== undefined) {
    await withdraw(tx, ask.key);
    return { conflict: 'unchanged', run: before };
  }
  const place = await placeOf(tx, ask.key, total);
  if (place) {
    await putOff(tx, ask.key);
    return place;
  }
  return take(tx, ask, { ticket, repo: Number(row.repo) });
}

async function placeOf(tx: Tx, key: string, total: number): Promise<Conflict | undefined> {
  const { waiting, live } = await standing(tx);
  const ready = pickReady(waiting, live, total, key);
  const own = waiting.find((one) => one.key === key);
  if (!own || ready.some((one) => one.key === key)) return undefined;
  const here = live.filter(({ repo }) => repo === own.repo).length;
  if (here >= own.cap) return { conflict: 'repository_busy', live: here };
  if (live.length >= total) return { conflict: 'all_busy', live: live.length };
  return { conflict: 'behind', ahead: ready.length };
}

async function take(tx: Tx, ask: Ask, { ticket, repo }: Pick<Waiting, 'ticket' | 'repo'>): Promise<Claimed> {
  const last = await tx
    .selectFrom('run')
    .select(({ fn }) => fn.max('fence').as('fence'))
    .where('stream', '=', ticket)
    .executeTakeFirst();
  const fence = Number(last?.fence ?? 0) + 1;
  await tx
    .updateTable('backlog')
    .set({ state: 'claimed', holder: ask.holder, offered_at: null })
    .where('key', '=', ask.key)
    .execute();
  await tx
    .insertInto('run')
    .values({
      id: ask.key,
      stream: ticket,
      repo,
      stage: ask.assignment.stage,
      state: 'queued',
      fence,
      assignment: JSON.stringify({ ...ask.assignment, fence }),
      head: ask.head ?? null,
      signal: ask.signal ?? null,
      lease_until: sql`clock_timestamp() + ${ask.seconds} * interval '1 second'`,
      workflow_run: null,
      token: null,
      exchanged: null,
      cancel: null,
      progress: null,
      outcome: null,
    })
    .execute();
  return { claimed: { key: ask.key, fence, again: false } };
}

async function leaseOf(tx: Tx, ticket: StreamId) {
  const row = await tx
    .selectFrom('run')
    .leftJoin('backlog', 'backlog.key', 'run.id')
    .select(['run.id', 'run.fence', 'run.lease_until', 'backlog.holder'])
    .where('run.stream', '=', ticket)
    .where('run.state', 'in', liveStates)
    .executeTakeFirst();
  return row && { run: row.id, fence: row.fence, holder: row.holder ?? row.id, until: new Date(row.lease_until) };
}

async function startedBefore(tx: Tx, ticket: StreamId, { assignment, head, signal }: Ask): Promise<string | undefined> {
  if (head === undefined || signal === undefined) return undefined;
  const row = await tx
    .selectFrom('run')
    .select('id')
    .where('stream', '=', ticket)
    .where('stage', '=', assignment.stage)
    .where('head', '=', head)
    .where('signal', '=', signal)
    .executeTakeFirst();
  return row?.id;
}

async function standing(db: Db | Tx): Promise<{ waiting: Waiting[]; live: Live[] }> {
  const rows = await db
    .selectFrom('backlog')
    .select(['key', 'ticket', 'repo', 'priority', 'since', 'cap'])
    .select(sql<boolean>`blocked_by <> '[]'::jsonb`.as('blocked'))
    .select(
      sql<boolean>`coalesce(offered_at < clock_timestamp() - ${offerSeconds} * interval '1 second', false)`.as(
        'silent',
      ),
    )
    .select(sql<boolean>`coalesce(not_before > clock_timestamp(), false)`.as('later'))
    .where('state', '=', 'waiting')
    .execute();
  const live = await db.selectFrom('run').select(['stream', 'repo']).where('state', 'in', liveStates).execute();
  return {
    waiting: rows.map((row) => ({
      ...row,
      ticket: row.ticket as StreamId,
      repo: Number(row.repo),
      since: new Date(row.since).getTime(),
    })),
    live: live.map(({ stream, repo }) => ({ ticket: stream, repo: Number(repo) })),
  };
}
