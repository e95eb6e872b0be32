// The tables as Kysely sees them. What a column means stands here; how it is made stands in migrations/.
import type { ColumnType, Generated, Kysely, Transaction } from 'kysely';
import type { BacklogTables } from './backlog-tables.ts';
import type { BudgetTables } from './budget-tables.ts';
import type { ControlTables } from './control-tables.ts';
import type { DeadLetterTables } from './dead-letter-tables.ts';
import type { InboxTables } from './inbox-tables.ts';
import type { RetentionTables } from './retention-tables.ts';
import type { SweepTables } from './sweep-tables.ts';

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
/** bigint columns come back as strings from `pg` and as numbers from PGlite: read them through Number(). */
type Bigint = ColumnType<string | number, string | number, string | number>;
type Json = ColumnType<unknown, string | null, string | null>;

export type StreamTable = {
  id: string;
  kind: 'ticket' | 'pull';
  /** The repository's numeric id; `repository` holds its installation and its names of today. */
  repo: Bigint;
  number: number;
  repository: Json;
  seq: Generated<number>;
  /** Version of the lifecycle that folded `state`; an older one is folded again from the facts. */
  version: number;
  state: Json;
  /** False once nothing more can happen by itself: sweeps skip it. */
  open: Generated<boolean>;
  /** The pull request's head commit: a check belongs to a SHA, so its writer looks for every pull that shares it. */
  head: string | null;
  /** The branch the item is based on, for pushes that move it. */
  base: string | null;
  wake_at: Timestamp | null;
  /** GUID of the webhook that led to `wake_at`; null where there was none. */
  wake_delivery: string | null;
  /** Place of the newest `Compacted`, once nothing before it has a body; behind `seq` there is something to compact. */
  compacted: Generated<number>;
};

export type FactTable = {
  id: Generated<string | number>;
  stream: string;
  /** Null until react has folded the fact: appending never waits for a stream. */
  seq: number | null;
  key: string;
  type: string;
  /** Version of its type (facts/upcast.ts) when it was written. */
  version: Generated<number>;
  /** Null once the stream was compacted: the key stays, so that a repetition is still a no-op. */
  body: Json;
  at: Generated<Date>;
  /** It could not be decided on: not pending, and not part of the stream, until its dead letter is replayed. */
  set_aside: Generated<boolean>;
  /** GUID of the webhook that told it, or that what it follows from; null where there was none. */
  delivery: string | null;
};

/** One thing that is written outside: a comment, a check run, a label. */
export type WrittenTable = {
  target: string;
  fence: Generated<number>;
  held_until: Generated<Date>;
  digest: string | null;
  remote_id: string | null;
  /** When the newest write began; null after it was seen to have broken off. */
  begun_at: Timestamp | null;
};

export type RunTable = {
  id: string;
  stream: string;
  repo: Bigint;
  stage: string;
  /** RunState of facts/run.ts. */
  state: string;
  fence: Generated<number>;
  assignment: Json;
  /** GitHub's workflow run; null until the dispatch was answered or found. */
  workflow_run: Bigint | null;
  /** SHA-256 of the run token; null before the exchange and after the end. */
  token: string | null;
  /** The identities that have exchanged: `attempt/check_run_id`. */
  exchanged: string | null;
  /** What it is about: the commit it starts from, or the tree or commit it verifies. Null in rows from before admission kept it. */
  head: string | null;
  /** Key of the signal that asked for it; unique for a stage and head of its ticket. */
  signal: string | null;
  lease_until: Timestamp;
  cancel: string | null;
  progress: Json;
  outcome: Json;
  created_at: Generated<Date>;
  claimed_at: Timestamp | null;
  heartbeat_at: Timestamp | null;
  /** When `progress` last said something new; null before the first time. */
  progress_at: Timestamp | null;
  /** BudgetUse of facts/budget.ts: what ends the run, and since when; null while nothing does. */
  exceeded: Json;
  exceeded_at: Timestamp | null;
  /** RunnerOutcome of facts/run.ts: how the gateway ended a run whose calls cannot be accounted for, and since when; else null. */
  verdict: Json;
  verdict_at: Timestamp | null;
  /** Digest of the artifact with what its model calls said; null before its end, and where it made none. */
  transcript: string | null;
  finished_at: Timestamp | null;
};

/** Bytes kept by content: bundles, evidence, issue snapshots. `digest` is their SHA-256 in hex; `at`: when they were stored last. */
export type ArtifactTable = { digest: string; media: string; size: number; bytes: Uint8Array; at: Generated<Date> };

/** One model call of a run: reserved before it is made, settled from the stream. `settled` null: still reserved. */
export type ModelCallTable = {
  id: Generated<string | number>;
  run: string;
  stream: string;
  reserved: number;
  settled: number | null;
  /** `YYYY-MM-DD` in UTC: the day whose budget it counts for. */
  day: string;
  /** Micro-dollars; 0 where the model's price is not known. */
  reserved_micros: ColumnType<string | number, string | number | undefined, string | number>;
  settled_micros: ColumnType<string | number | null, string | number | null | undefined, string | number | null>;
  /** ModelCall of gateway/truth.ts; null until settled. */
  call: Json;
  /** The budget stopped it. */
  spent: Generated<boolean>;
  /** How many calls this row stands for: those of a run that ended long ago are kept as one sum. */
  calls: Generated<number>;
  at: Generated<Date>;
};

/** One model call of a live run as it is told to people, secrets redacted; they become the run's transcript at its end. */
export type TranscriptPartTable = { id: Generated<string | number>; run: string; text: string; size: number };

export type Tables = {
  stream: StreamTable;
  fact: FactTable;
  written: WrittenTable;
  run: RunTable;
  artifact: ArtifactTable;
  model_call: ModelCallTable;
  transcript_part: TranscriptPartTable;
} & InboxTables &
  BacklogTables &
  BudgetTables &
  ControlTables &
  DeadLetterTables &
  RetentionTables &
  SweepTables;

export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;
