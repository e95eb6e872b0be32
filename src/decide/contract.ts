// The shape of a lifecycle: the pure half of Gantry. No I/O, no clock, no randomness: `now` is the fact's database time.
import type { z } from 'zod';
import type { Fact } from '../facts/fact.ts';
import type { FailureClass } from '../facts/run.ts';
import type { StreamId } from '../facts/stream.ts';
import type { Command } from './command.ts';
import type { Target } from './target.ts';

/** A fact for another stream, appended in the same transaction. */
export type Told = { stream: StreamId; fact: Fact };

export type GivenUp = { run: string; class: FailureClass; why: string; workflowRun?: number };

export type Decision<F> = {
  /** Decided facts, folded right after the fact that caused them. */
  facts?: readonly F[];
  /** Work that happens once; each comes back as exactly one fact. */
  commands?: readonly Command[];
  tell?: readonly Told[];
  /** When to send `Woken`, at the earliest; null clears it, absent leaves it. */
  wakeAt?: Date | null;
  /** Runs that nobody tries again by itself: they go to the dead letters. */
  givenUp?: readonly GivenUp[];
  /** What was given up in this stream was taken up again: its dead letters are closed. */
  takenUp?: true;
  /** What was decided was illegal and something safe stands here instead: we are wrong, and this says how. For the log. */
  refused?: string;
};

export type Context = { stream: StreamId; number: number; repositoryId: number; now: Date };

export type Lifecycle<State, F extends { type: string }> = {
  kind: 'ticket' | 'pull';
  /** Rises when `evolve` or State changes: rows of an older version are folded again. */
  version: number;
  initial: State;
  fact: z.ZodType<F>;
  /** `state` is the state before `fact`. */
  decide(state: State, fact: F, context: Context): Decision<F>;
  /** Total: a fact that does not fit leaves the state as it is. */
  evolve(state: State, fact: F, context: Context): State;
  /** Everything that should be seen outside because of this state. */
  desired(state: State, context: Context): readonly Target[];
  /** What the journal indexes: is anything still to come, which head and base is it about? */
  index(state: State): { open: boolean; head: string | null; base: string | null };
};
