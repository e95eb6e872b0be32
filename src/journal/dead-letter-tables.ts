// What was given up. What a column means stands here; see migrations/0005.
import type { ColumnType, Generated } from 'kysely';
import type { FailureClass } from '../facts/run.ts';

type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>;
type Json = ColumnType<unknown, string, string>;

/**
 * `delivery`: a webhook that could not be translated. `command`, `converge`: work on GitHub that the queue gave up. `run`: not
 * tried again by itself. `fact`: one that could not be decided on and was set aside. `stream`: one that cannot be folded at all.
 */
export const deadLetterKinds = ['delivery', 'command', 'converge', 'run', 'fact', 'stream'] as const;
export type DeadLetterKind = (typeof deadLetterKinds)[number];

export const deadLetterStates = ['open', 'replayed', 'dismissed'] as const;
export type DeadLetterState = (typeof deadLetterStates)[number];

export type DeadLetterTable = {
  id: Generated<string | number>;
  /** Kind and what it is about: the same thing that fails again opens its row again. */
  key: string;
  kind: DeadLetterKind;
  /** Null for a delivery: of whom it speaks was not understood. */
  stream: string | null;
  /** The event, command, target, stage or fact type in question. */
  what: string;
  class: FailureClass;
  why: string;
  /** Where to look: `delivery` (GUID), `run`, `workflowRun`, `command` (its key), `fact` (its key). */
  evidence: Json;
  /** What replaying it needs; never shown. */
  work: Json;
  at: Timestamp;
  /** How often it was given up. */
  times: Generated<number>;
  state: Generated<DeadLetterState>;
  settled_by: string | null;
  settled_at: ColumnType<Date | null, Date | null, Date | null>;
};

export type DeadLetterTables = { dead_letter: DeadLetterTable };
