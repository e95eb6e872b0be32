// The shape of a fragment: the state before one command or target, and what of GitHub and the journal is compared afterwards.
import type { Repository } from '../../src/facts/repository.ts';
import type { CallName } from './gate.ts';
import type { Stage } from './stage.ts';
import type { Work } from './work.ts';

export type Prepared = {
  /** The case's own, where `heard` is compared. */
  repository: Repository;
  work: Work;
  /** What a person could see of it on GitHub, and rows of ours beside facts; without numbers that differ by nature. */
  outside(): Promise<unknown>;
};

export type Fragment = {
  /** The call that matters most: where a worker dies or waits. */
  at: CallName;
  /** `POST /repos/…` of that call; absent where it goes over git. */
  route?: RegExp;
  /** It changes GitHub. */
  write: boolean;
  /** GitHub tells of it by webhook. */
  heard: boolean;
  /** The list in which it looks for what an attempt before may have made; `empty` where the body is no plain list. */
  list?: { path: RegExp; empty?: unknown };
  /** What is seen once GitHub refused, where that is not what was seen before: from the clean run's `outside`. */
  refused?(clean: unknown): unknown;
  prepare(stage: Stage): Promise<Prepared>;
};
