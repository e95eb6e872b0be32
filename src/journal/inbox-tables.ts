// The inbox: raw deliveries, stored before they are acknowledged. What a column means stands here; see migrations/0002.
import type { ColumnType, Generated } from 'kysely';

type Bigint = ColumnType<string | number, string | number, string | number>;

/** `stored`: translate has not been there yet. `failed`: translate gave up, and a redelivery of the GUID starts it again. */
export type DeliveryState = 'stored' | 'translated' | 'ignored' | 'failed';

/** The bodies of one commit group, one after the other, packed together (zstd). */
export type InboxBatchTable = {
  id: Generated<string | number>;
  bytes: Uint8Array;
  at: Generated<Date>;
};

export type InboxTable = {
  /** X-GitHub-Delivery; a redelivery carries the same one. */
  guid: string;
  event: string;
  /** Null where the payload has none, or none that looks like one. */
  action: string | null;
  /** Null for events about the App itself. */
  installation: Bigint | null;
  received_at: Generated<Date>;
  /** No foreign key: checking it for each row doubles the time of a commit. Whoever deletes a batch deletes its rows first. */
  batch: Bigint;
  /** Where in the unpacked bytes of the batch the body begins, and how many bytes it has. */
  start: number;
  size: number;
  state: Generated<DeliveryState>;
  /** Why it was ignored or failed. */
  note: string | null;
};

export type InboxTables = { inbox: InboxTable; inbox_batch: InboxBatchTable };
