// What the sweep remembers between its rounds, so that any replica can go on. What a column means stands here.
import type { ColumnType, Generated } from 'kysely';

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type Bigint = ColumnType<string | number, string | number, string | number>;

export type SweepRoundTable = {
  name: string;
  /** How often it is meant to run, for who judges its silence. */
  every_seconds: number;
  /** When this database first heard of the round: its silence is counted from here until it has succeeded. */
  started_at: Generated<Date>;
  succeeded_at: Timestamp | null;
  /** Of the round that reads the App's log: everything delivered before this was compared with the inbox. */
  log_until: Timestamp | null;
};

export type SweepRepositoryTable = {
  id: Bigint;
  installation: Bigint;
  owner: string;
  name: string;
  /** When an installation's list last had it. */
  listed_at: Generated<Date>;
  /** When it was last read to the end; null before the first time. */
  swept_at: Timestamp | null;
  /** Cursors of sweep-repository.ts. */
  cursors: ColumnType<unknown, string, string>;
};

/** One installation's points in the hour that ends at `reset_at`; caller 0 is the App itself. */
export type SweepPurseTable = {
  caller: Bigint;
  /** By the sweep, in this hour. */
  spent: Generated<number>;
  /** GitHub's limit and what was left of it, as last heard. */
  points: number;
  remaining: number;
  reset_at: Timestamp;
};

export type SweepTables = {
  sweep_round: SweepRoundTable;
  sweep_repository: SweepRepositoryTable;
  sweep_purse: SweepPurseTable;
};
