// Persist before acknowledging: deliveries that arrive together are committed together, with one translate job per group.
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress } from 'node:zlib';
import { sql } from 'kysely';
import { Bug } from '../errors.ts';
import type { Enqueue } from './enqueue.ts';
import type { DeliveryState } from './inbox-tables.ts';
import type { Db, Tx } from './tables.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
/** Deliveries of one repository are alike: 16 of 21 KB each packed to 8 KB in 0.1 ms; deflate took four times as long. */
const FAST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** A group stays small enough to commit in a few milliseconds, whatever the load; one body may be larger than that. */
const MAX_GROUP = 128;
const MAX_GROUP_BYTES = 4 * 1024 * 1024;

/** As verified at the door. `body` holds the exact bytes that were signed. */
export type Delivery = {
  guid: string;
  event: string;
  action: string | undefined;
  installation: number | undefined;
  body: Uint8Array;
};

export type InboxEntry = {
  guid: string;
  event: string;
  action: string | undefined;
  installation: number | undefined;
  receivedAt: Date;
  state: DeliveryState;
  note: string | undefined;
};

export type Inbox = {
  /** Resolves after the commit. 'duplicate': the GUID is here already, nothing changed. Rejects when it could not be stored. */
  store(delivery: Delivery): Promise<'stored' | 'duplicate'>;
  /** Undefined when no such delivery was stored, or it is older than the inbox's retention. */
  read(guid: string): Promise<InboxEntry | undefined>;
  /** The deliveries of a commit group in order of arrival, those redelivered since left out. Inside a transaction pass it. */
  readBatch(batch: string | number, from?: Db | Tx): Promise<(InboxEntry & { body: Buffer })[]>;
  /** Records what became of a delivery. Returns the seconds since it arrived, by the database's clock. */
  mark(tx: Tx, guid: string, state: DeliveryState, note?: string): Promise<number>;
};

type Waiting = Delivery & {
  resolve: (outcome: 'stored' | 'duplicate') => void;
  reject: (error: unknown) => void;
};

export function createInbox(db: Db, enqueue: Enqueue): Inbox {
  const waiting: Waiting[] = [];
  let committing = false;

  async function commitWaiting(): Promise<void> {
    if (committing) return;
    committing = true;
    while (waiting.length > 0) {
      const group = waiting.splice(0, groupSize(waiting));
      try {
        const stored = await commit(db, enqueue, group);
        // Of two with the same GUID in one group the first was stored.
        for (const one of group) one.resolve(stored.delete(one.guid) ? 'stored' : 'duplicate');
      } catch (error) {
        for (const one of group) one.reject(error);
      }
    }
    committing = false;
  }

  return {
    store: (delivery) =>
      new Promise((resolve, reject) => {
        waiting.push({ ...delivery, resolve, reject });
        // Whatever else arrived in this turn of the event loop joins the group.
        setImmediate(commitWaiting);
      }),
    read: async (guid) => {
      const row = await db.selectFrom('inbox').selectAll().where('guid', '=', guid).executeTakeFirst();
      return row && toEntry(row);
    },
    readBatch: async (batch, from = db) => {
      const stored = await from.selectFrom('inbox_batch').select('bytes').where('id', '=', batch).executeTakeFirst();
      if (!stored) return [];
      const rows = await from.selectFrom('inbox').selectAll().where('batch', '=', batch).orderBy('start').execute();
      const bodies = await decompress(stored.bytes);
      return rows.map((row) => ({ ...toEntry(row), body: bodies.subarray(row.start, row.start + row.size) }));
    },
    mark: async (tx, guid, state, note) => {
      const row = await tx
        .updateTable('inbox')
        .set({ state, note: note ?? null })
        .where('guid', '=', guid)
        .returning(sql<number | string>`extract(epoch from clock_timestamp() - received_at)`.as('lag'))
        .executeTakeFirst();
      return Number(row?.lag ?? 0);
    },
  };
}

function groupSize(waiting: readonly Waiting[]): number {
  let bytes = 0;
  let count = 0;
  for (const { body } of waiting) {
    bytes += body.length;
    if (count > 0 && (count === MAX_GROUP || bytes > MAX_GROUP_BYTES)) break;
    count++;
  }
  return count;
}

/** The GUIDs that were not here before. A GUID whose translation failed counts as new: that is what redelivering is for. */
async function commit(db: Db, enqueue: Enqueue, group: readonly Waiting[]): Promise<Set<string>> {
  const fresh = [...new Map(group.toReversed().map((one) => [one.guid, one])).values()].toReversed();
  let start = 0;
  const starts = fresh.map(({ body }) => {
    start += body.length;
    return start - body.length;
  });
  const bytes = await pack(Buffer.concat(fresh.map(({ body }) => body)));
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ id: string | number; stored: string[] | null }>`
      with arrived as (insert into inbox_batch (bytes) values (${bytes}) returning id),
      stored as (
        insert into inbox (guid, event, action, installation, batch, start, size)
        select guid, event, action, installation, arrived.id, start, size from arrived, unnest(
          ${fresh.map((one) => one.guid)}::text[], ${fresh.map((one) => one.event)}::text[],
          ${fresh.map((one) => one.action ?? null)}::text[], ${fresh.map((one) => one.installation ?? null)}::bigint[],
          ${starts}::int[], ${fresh.map(({ body }) => body.length)}::int[]
        ) as delivery (guid, event, action, installation, start, size)
        on conflict (guid) do update
          set batch = excluded.batch, start = excluded.start, size = excluded.size, state = 'stored', note = null
          where inbox.state = 'failed'
        returning guid)
      select id, (select array_agg(guid) from stored) as stored from arrived`.execute(tx);
    const [batch] = rows;
    if (!batch) throw new Bug('an insert without conflict returned nothing');
    if (batch.stored) await enqueue(tx, 'translate', { batch: String(batch.id) });
    else await tx.deleteFrom('inbox_batch').where('id', '=', batch.id).execute();
    return new Set(batch.stored);
  });
}

/** A hop to another thread costs more than packing a group; a single huge body would hold up everybody else. */
const pack = (bodies: Buffer): Promise<Buffer> | Buffer =>
  bodies.length > MAX_GROUP_BYTES ? compress(bodies, FAST) : zstdCompressSync(bodies, FAST);

export function toEntry(row: {
  guid: string;
  event: string;
  action: string | null;
  installation: string | number | null;
  received_at: Date;
  state: DeliveryState;
  note: string | null;
}): InboxEntry {
  return {
    guid: row.guid,
    event: row.event,
    action: row.action ?? undefined,
    installation: row.installation === null ? undefined : Number(row.installation),
    receivedAt: row.received_at,
    state: row.state,
    note: row.note ?? undefined,
  };
}
