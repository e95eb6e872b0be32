// Tickets as they are listed and shown: the folded state of their streams, with when it began and last changed.
import type { Lifecycle } from '../../decide/contract.ts';
import { pullLifecycle } from '../../decide/pull/pull.ts';
import type { PullState } from '../../decide/pull/state.ts';
import type { TicketState } from '../../decide/ticket/state.ts';
import { ticketLifecycle } from '../../decide/ticket/ticket.ts';
import { Repository } from '../../facts/repository.ts';
import { pullStream, type StreamId, ticketStream } from '../../facts/stream.ts';
import { refold } from '../../journal/stream.ts';
import type { Db } from '../../journal/tables.ts';

/** `first`: id of its first fact, by which lists are ordered. `pending`: facts that are not folded yet. */
export type Item<State> = {
  stream: StreamId;
  number: number;
  repository: Repository;
  /** As it is known now, else as the first fact showed it; '' where neither has one. */
  title: string;
  open: boolean;
  state: State;
  first: number;
  startedAt: Date;
  changedAt: Date;
  pending: number;
};
export type TicketItem = Item<TicketState>;
export type PullItem = Item<PullState>;

export type Filter = {
  state: 'open' | 'ended' | 'all';
  repository?: number | undefined;
  before?: number | undefined;
  limit: number;
};

/** Newest first; the next page is `before` the last `first`. Issues that were seen but never asked for are left out. */
export async function listTickets(db: Db, { state, repository, before, limit }: Filter): Promise<TicketItem[]> {
  const rows = await items(db, 'ticket')
    .where(({ eb, or, fn, val }) =>
      or([
        eb(fn('jsonb_extract_path_text', ['stream.state', val('stage'), val('name')]), '<>', 'idle'),
        eb(fn('jsonb_extract_path', ['stream.state', val('stage'), val('notice')]), 'is not', null),
      ]),
    )
    .$if(state !== 'all', (query) => query.where('stream.open', '=', state === 'open'))
    .$if(repository !== undefined, (query) => query.where('stream.repo', '=', repository ?? 0))
    .$if(before !== undefined, (query) => query.where('first.id', '<', before ?? 0))
    .orderBy('first.id', 'desc')
    .limit(limit)
    .execute();
  return Promise.all(rows.map((row) => itemOf(db, row, ticketLifecycle)));
}

export async function readTicket(db: Db, repository: number, number: number): Promise<TicketItem | undefined> {
  const row = await items(db, 'ticket').where('stream.id', '=', ticketStream(repository, number)).executeTakeFirst();
  return row && itemOf(db, row, ticketLifecycle);
}

export async function readPull(db: Db, repository: number, number: number): Promise<PullItem | undefined> {
  const row = await items(db, 'pull').where('stream.id', '=', pullStream(repository, number)).executeTakeFirst();
  return row && itemOf(db, row, pullLifecycle);
}

/** The numeric id of a repository that Gantry has heard of, by its name of today; GitHub's names have no case. */
export async function repositoryNamed(db: Db, owner: string, name: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('stream')
    .select('repo')
    .where(({ eb, and, fn, val }) => {
      const nameOf = (key: string) => fn<string>('lower', [fn('jsonb_extract_path_text', ['repository', val(key)])]);
      return and([eb(nameOf('owner'), '=', owner.toLowerCase()), eb(nameOf('name'), '=', name.toLowerCase())]);
    })
    .limit(1)
    .executeTakeFirst();
  return row && Number(row.repo);
}

/** A stream begins to be shown when its first fact is folded, milliseconds after it arrived. */
const items = (db: Db, kind: 'ticket' | 'pull') =>
  db
    .selectFrom('stream')
    .innerJoin('fact as first', (join) => join.onRef('first.stream', '=', 'stream.id').on('first.seq', '=', 1))
    .where('stream.kind', '=', kind)
    .select(({ fn, val, selectFrom }) => {
      const text = (column: 'stream.state' | 'first.body', key: string) =>
        fn<string | null>('jsonb_extract_path_text', [column, val(key), val('title')]);
      const ofStream = selectFrom('fact').whereRef('fact.stream', '=', 'stream.id');
      return [
        'stream.id',
        'stream.number',
        'stream.repository',
        'stream.open',
        'stream.version',
        'stream.state',
        'first.id as first',
        'first.at as started_at',
        fn
          .coalesce(
            text('stream.state', 'issue'),
            text('stream.state', 'header'),
            text('first.body', 'issue'),
            text('first.body', 'pull'),
          )
          .as('title'),
        ofStream.select('fact.at').whereRef('fact.seq', '=', 'stream.seq').as('changed_at'),
        ofStream
          .select((fact) => fact.fn.countAll().as('count'))
          .where('fact.seq', 'is', null)
          .as('pending'),
      ];
    });

type Row = Awaited<ReturnType<ReturnType<typeof items>['execute']>>[number];

async function itemOf<State, F extends { type: string }>(
  db: Db,
  row: Row,
  lifecycle: Lifecycle<State, F>,
): Promise<Item<State>> {
  const stream = row.id as StreamId;
  return {
    stream,
    number: row.number,
    repository: Repository.parse(row.repository),
    title: row.title ?? '',
    open: row.open,
    state: row.version === lifecycle.version ? (row.state as State) : await refold(db, stream, lifecycle),
    first: Number(row.first),
    startedAt: new Date(row.started_at),
    changedAt: new Date(row.changed_at ?? row.started_at),
    pending: Number(row.pending),
  };
}
