// One stream under its lock: what is pending, the state before it, and the way back into the row.
import type { Context, Lifecycle } from '../decide/contract.ts';
import { Bug } from '../errors.ts';
import { type Fact, parseFact } from '../facts/fact.ts';
import { Repository } from '../facts/repository.ts';
import { parseStream, type StreamId } from '../facts/stream.ts';
import { upcast, versionOf } from '../facts/upcast.ts';
import type { Db, Tx } from './tables.ts';

/** `body` as it was stored: a version before this one, or after it, may have done so. */
export type Pending = {
  id: string;
  key: string;
  type: string;
  version: number;
  body: unknown;
  at: Date;
  delivery: string | undefined;
};
export type Locked<State> = { seq: number; state: State; repository: Repository; pending: Pending[] };

/** As many facts as one transaction folds; the rest have jobs of their own. */
export const mostFacts = 1_000;

/**
 * Locks the stream until the transaction ends. The lock is weaker than an appender's foreign key needs, so appends go on.
 * At most `most` pending facts are read. A state folded by an older version of the lifecycle is folded again from the facts.
 */
export async function lock<State, F extends { type: string }>(
  tx: Tx,
  stream: StreamId,
  lifecycle: Lifecycle<State, F>,
  most = mostFacts,
): Promise<Locked<State> | undefined> {
  const row = await tx.selectFrom('stream').selectAll().where('id', '=', stream).forNoKeyUpdate().executeTakeFirst();
  if (!row) return undefined;
  const facts = await tx
    .selectFrom('fact')
    .select(['id', 'key', 'type', 'version', 'body', 'at', 'delivery'])
    .where('stream', '=', stream)
    .where('seq', 'is', null)
    .where('set_aside', '=', false)
    .orderBy('id')
    .limit(most)
    .execute();
  const state = row.version === lifecycle.version ? (row.state as State) : await refold(tx, stream, lifecycle);
  return {
    seq: row.seq,
    state,
    repository: Repository.parse(row.repository),
    pending: facts.map(({ id, key, type, version, body, at, delivery }) => ({
      id: String(id),
      key,
      type,
      version,
      body,
      at: new Date(at),
      delivery: delivery ?? undefined,
    })),
  };
}

/** The state as this lifecycle folds it, from the facts; for a row of another version. What was compacted begins with its `Compacted`. */
export async function refold<State, F extends { type: string }>(
  db: Db | Tx,
  stream: StreamId,
  lifecycle: Lifecycle<State, F>,
): Promise<State> {
  const facts = await db
    .selectFrom('fact')
    .select(['stream', 'key', 'type', 'version', 'body', 'at'])
    .where('stream', '=', stream)
    .where('seq', 'is not', null)
    .where('body', 'is not', null)
    .orderBy('seq')
    .execute();
  return facts.reduce(
    (state, row) => lifecycle.evolve(state, lifecycle.fact.parse(upcast(row)), contextOf(stream, new Date(row.at))),
    lifecycle.initial,
  );
}

export function contextOf(stream: StreamId, now: Date): Context {
  const about = parseStream(stream);
  if (!about) throw new Bug(`not a stream: ${stream}`);
  return { stream, number: about.number, repositoryId: about.repository, now };
}

/** Gives a pending fact its place in the stream. */
export const settle = (tx: Tx, id: string | number, seq: number) =>
  tx.updateTable('fact').set({ seq }).where('id', '=', id).execute();

/**
 * Adds a fact that was just decided: it has its place at once, and the time of the fact that it follows from, so that folding it
 * again gives the same.
 */
export const record = (
  tx: Tx,
  stream: StreamId,
  seq: number,
  fact: Fact,
  { at, delivery }: Pick<Pending, 'at' | 'delivery'>,
) =>
  tx
    .insertInto('fact')
    .values({
      stream,
      seq,
      key: `${stream}#${seq}`,
      type: fact.type,
      version: versionOf(fact.type),
      body: JSON.stringify(parseFact(stream, fact)),
      at,
      delivery: delivery ?? null,
    })
    .execute();

export const save = <State>(
  tx: Tx,
  stream: StreamId,
  row: {
    seq: number;
    version: number;
    state: State;
    open: boolean;
    head: string | null;
    base: string | null;
    /** Absent: as it is. `at: null`: not at all. */
    wake?: { at: Date | null; delivery: string | undefined } | undefined;
  },
) =>
  tx
    .updateTable('stream')
    .set({
      seq: row.seq,
      version: row.version,
      state: JSON.stringify(row.state),
      open: row.open,
      head: row.head,
      base: row.base,
      ...(row.wake && { wake_at: row.wake.at, wake_delivery: (row.wake.at && row.wake.delivery) ?? null }),
    })
    .where('id', '=', stream)
    .execute();

export type StreamRow = {
  id: StreamId;
  seq: number;
  version: number;
  state: unknown;
  repository: Repository;
  open: boolean;
};

export async function readStream(db: Db | Tx, stream: StreamId): Promise<StreamRow | undefined> {
  const row = await db.selectFrom('stream').selectAll().where('id', '=', stream).executeTakeFirst();
  return row && toRow(row);
}

/** Open streams of a repository that an event without a number may concern. */
export async function openStreams(db: Db | Tx, repo: number): Promise<StreamRow[]> {
  const rows = await db
    .selectFrom('stream')
    .selectAll()
    .where('repo', '=', repo)
    .where('open', '=', true)
    .orderBy('id')
    .execute();
  return rows.map(toRow);
}

/** Every pull request, open or not, whose head is this commit now. */
export async function pullsWithHead(db: Db | Tx, repo: number, head: string): Promise<StreamRow[]> {
  const rows = await db
    .selectFrom('stream')
    .selectAll()
    .where('repo', '=', repo)
    .where('head', '=', head)
    .orderBy('id')
    .execute();
  return rows.map(toRow);
}

const toRow = (row: {
  id: string;
  seq: number;
  version: number;
  state: unknown;
  repository: unknown;
  open: boolean;
}): StreamRow => ({
  id: row.id as StreamId,
  seq: row.seq,
  version: row.version,
  state: row.state,
  repository: Repository.parse(row.repository),
  open: row.open,
});
