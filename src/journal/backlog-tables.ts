// The backlog: what waits for a slot, and what became of it. What a column means stands here; see migrations/0003.
import type { ColumnType, Generated } from 'kysely';

type Bigint = ColumnType<string | number, string | number, string | number>;
type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type Json = ColumnType<unknown, string, string>;

/** `waiting`: no slot yet. `claimed`: the run of this key has it, and its row says the rest. `withdrawn`: nobody wants it any more. */
export type BacklogState = 'waiting' | 'claimed' | 'withdrawn';

export type BacklogTable = {
  /** The idempotency key; a run takes its id. */
  key: string;
  ticket: string;
  repo: Bigint;
  /** SHA-256 of what is to be done. */
  content: string;
  state: Generated<BacklogState>;
  /** Place of the Priority in its list: 0 is served first. */
  priority: number;
  /** Since when the ticket is known here, whichever of its runs asks: its age. */
  since: Timestamp;
  /** Open issues that have to be closed first, as `owner/name#12` in lower case. */
  blocked_by: Json;
  /** Runs of the repository at the same time, as its policy said when this was asked for. */
  cap: number;
  /** Who claimed it. */
  holder: string | null;
  /** When a free slot was offered and not yet taken or declined, and how often one was. */
  offered_at: Timestamp | null;
  offers: Generated<number>;
  /** Put off by something else than the order: not offered a slot before. */
  not_before: Timestamp | null;
  created_at: Generated<Date>;
};

export type BacklogTables = { backlog: BacklogTable };
