// What was given up: put on record with its evidence, listed, closed. Replaying stands in loop/replay.ts.
import { type Selectable, sql } from 'kysely';
import type { FailureClass } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import type { DeadLetterKind, DeadLetterState, DeadLetterTable } from './dead-letter-tables.ts';
import type { Jobs } from './enqueue.ts';
import type { Db, Tx } from './tables.ts';

/** What replaying needs, by kind. */
export type Work =
  | { kind: 'delivery'; guid: string; event: string; action?: string | undefined }
  | { kind: 'command'; job: Pick<Jobs['perform'], 'stream' | 'key' | 'command'> }
  | { kind: 'converge'; job: Jobs['converge'] }
  | { kind: 'run'; stream: StreamId; run: string; workflowRun?: number }
  | { kind: 'fact'; stream: StreamId; id: string; type: string; key: string }
  | { kind: 'stream'; stream: StreamId };

export type Burial = { work: Work; class: FailureClass; why: string };

export type DeadLetter = {
  id: string;
  kind: DeadLetterKind;
  stream: StreamId | undefined;
  what: string;
  class: FailureClass;
  why: string;
  evidence: Readonly<Record<string, string>>;
  work: Work;
  at: Date;
  times: number;
  state: DeadLetterState;
  settledBy: string | undefined;
  settledAt: Date | undefined;
};

type About = { key: string; stream: StreamId | null; what: string; evidence: Record<string, string> };

function aboutOf(work: Work): About {
  switch (work.kind) {
    case 'delivery': {
      const what = work.action === undefined ? work.event : `${work.event}.${work.action}`;
      return { key: work.guid, stream: null, what, evidence: { delivery: work.guid } };
    }
    case 'command': {
      const { key, stream, command } = work.job;
      return {
        key,
        stream,
        what: command.type,
        evidence: { command: key, ...('run' in command && { run: command.run }) },
      };
    }
    case 'converge': {
      const { stream, target } = work.job;
      return { key: `${stream}/${target}`, stream, what: target, evidence: {} };
    }
    case 'run': {
      const { run, stream, workflowRun } = work;
      return {
        key: run,
        stream,
        what: run,
        evidence: { run, ...(workflowRun !== undefined && { workflowRun: String(workflowRun) }) },
      };
    }
    case 'fact':
      return { key: work.id, stream: work.stream, what: work.type, evidence: { fact: work.key } };
    case 'stream':
      return { key: work.stream, stream: work.stream, what: work.stream, evidence: {} };
  }
}

const longestWhy = 1_000;

/** The same thing that is given up again opens its row again; returns how often it was. */
export async function bury(tx: Tx, { work, class: failure, why }: Burial): Promise<number> {
  const { key, stream, what, evidence } = aboutOf(work);
  // The database refuses NUL and lone surrogates; what strangers write has both.
  const said = why.toWellFormed().replaceAll('\0', '\ufffd').slice(0, longestWhy);
  const row = await tx
    .insertInto('dead_letter')
    .values({
      key: `${work.kind}:${key}`,
      kind: work.kind,
      stream,
      what,
      class: failure,
      why: said,
      evidence: JSON.stringify(evidence),
      work: JSON.stringify(work),
      settled_by: null,
      settled_at: null,
    })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((is) => ({
        class: is.ref('excluded.class'),
        why: is.ref('excluded.why'),
        evidence: is.ref('excluded.evidence'),
        work: is.ref('excluded.work'),
        at: sql<Date>`clock_timestamp()`,
        times: sql<number>`dead_letter.times + 1`,
        state: 'open' as const,
        settled_by: null,
        settled_at: null,
      })),
    )
    .returning('times')
    .executeTakeFirstOrThrow();
  return row.times;
}

export type Filter = {
  kind?: DeadLetterKind | undefined;
  class?: FailureClass | undefined;
  state?: DeadLetterState | undefined;
  stream?: string | undefined;
  /** Only ids below it: the last one of the page before. */
  before?: string | undefined;
  limit: number;
};

/** Newest first. */
export async function listDeadLetters(
  db: Db | Tx,
  { kind, class: failure, state, stream, before, limit }: Filter,
): Promise<DeadLetter[]> {
  const rows = await db
    .selectFrom('dead_letter')
    .selectAll()
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? 'run'))
    .$if(failure !== undefined, (query) => query.where('class', '=', failure ?? 'bug'))
    .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'open'))
    .$if(stream !== undefined, (query) => query.where('stream', '=', stream ?? ''))
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? '0'))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toDeadLetter);
}

export async function readDeadLetter(db: Db | Tx, id: string): Promise<DeadLetter | undefined> {
  const row = await db.selectFrom('dead_letter').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toDeadLetter(row);
}

/** Settles it, once: undefined where it is not open (any more), so what follows from it is done once. */
export async function settleDeadLetter(
  tx: Tx,
  id: string,
  { state, by }: { state: Exclude<DeadLetterState, 'open'>; by: string },
): Promise<DeadLetter | undefined> {
  const row = await tx
    .updateTable('dead_letter')
    .set({ state, settled_by: by, settled_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .returningAll()
    .executeTakeFirst();
  return row && toDeadLetter(row);
}

/** The work of a stream was taken up again: what was given up of it is done with. */
export const closeOfStream = (tx: Tx, stream: StreamId, by: string) =>
  tx
    .updateTable('dead_letter')
    .set({ state: 'replayed', settled_by: by, settled_at: sql<Date>`clock_timestamp()` })
    .where('stream', '=', stream)
    .where('kind', 'in', ['run', 'command'])
    .where('state', '=', 'open')
    .execute();

/** Deliveries that came again and were translated. */
export const closeDeliveries = async (db: Db, guids: readonly string[]) =>
  guids.length > 0 &&
  db
    .updateTable('dead_letter')
    .set({ state: 'replayed', settled_by: 'redelivery', settled_at: sql<Date>`clock_timestamp()` })
    .where(
      'key',
      'in',
      guids.map((guid) => `delivery:${guid}`),
    )
    .where('state', '=', 'open')
    .execute();

const toDeadLetter = (row: Selectable<DeadLetterTable>): DeadLetter => ({
  id: String(row.id),
  kind: row.kind,
  stream: (row.stream ?? undefined) as StreamId | undefined,
  what: row.what,
  class: row.class,
  why: row.why,
  evidence: row.evidence as DeadLetter['evidence'],
  work: row.work as Work,
  at: new Date(row.at),
  times: row.times,
  state: row.state,
  settledBy: row.settled_by ?? undefined,
  settledAt: row.settled_at ? new Date(row.settled_at) : undefined,
});
