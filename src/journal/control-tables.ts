// The tables of operators: controls, the audit and kept answers. What a column means stands here; see migrations/0006.
import type { ColumnType, Generated } from 'kysely';
import type { ControlMode, ControlScope, InFlight } from '../facts/control.ts';

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;

/** Where a change came from. `expiry`: the time of a control was up. `run`: no change, but a secret was used for a run. */
export type Source = 'api' | 'comment' | 'expiry' | 'run';

/** Rows stay for ever: a control that was lifted says when, by whom and why. */
export type ControlTable = {
  id: Generated<string | number>;
  scope: ControlScope;
  mode: ControlMode;
  in_flight: InFlight;
  source: Exclude<Source, 'expiry' | 'run'>;
  /** Name of an API token, or a GitHub login where `source` is `comment`. */
  set_by: string;
  why: string;
  at: Generated<Date>;
  /** It holds no longer than this; null: until it is lifted. */
  until: Timestamp | null;
  lifted_at: Timestamp | null;
  lifted_by: string | null;
  lifted_why: string | null;
  /** The open tickets know that it was lifted. */
  told: Generated<boolean>;
  /** Of the command that set it, so that an attempt after a lost answer finds it; null for the API. */
  key: string | null;
};

/** One row per change that was made, and per secret that a run used; never changed, never deleted. */
export type AuditTable = {
  id: Generated<string | number>;
  at: Generated<Date>;
  source: Source;
  /** A name, a login, or a run. */
  who: string;
  /** The scope of the token that allowed it, or `comment`, `clock` or `run`. */
  scope: string;
  /** A verb. */
  action: string;
  /** Names what it was done to. */
  target: string;
  why: string;
  /** The request that asked for it; null where none did. */
  request: string | null;
};

/** The answer to a request with an Idempotency-Key, kept for a day. */
export type ApiAnswerTable = {
  who: string;
  key: string;
  /** SHA-256 of method, path and content: the same key for another request is refused. */
  request: string;
  /** Null only inside the transaction that writes it. */
  status: number | null;
  /** JSON as it was sent, byte for byte. */
  body: string | null;
  expires: Timestamp;
};

export type ControlTables = { control: ControlTable; audit: AuditTable; api_answer: ApiAnswerTable };
