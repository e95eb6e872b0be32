// The shape of a writer: renders what is wanted, and makes one thing outside equal to it.
import type { Target } from '../../decide/target.ts';
import type { Repository } from '../../facts/repository.ts';
import type { Ports } from '../contract.ts';

export type TargetOf<Kind extends Target['kind']> = Extract<Target, { kind: Kind }>;

export type About<Kind extends Target['kind']> = {
  target: TargetOf<Kind>;
  repository: Repository;
  /** Nobody ever tried to write it, so it need not be looked for first. */
  first: boolean;
  /** A write before this one was not answered: what is outside may differ from what is on record, and be there twice. */
  unclear: boolean;
};

/** Where a thing is, so that the next write finds it. */
export type Written = {
  remoteId: string | null;
  /** Duplicates that were found and taken away. */
  removed?: number;
  /** It may be there a second time, because lists lag: another look is needed. */
  unsure?: boolean;
};

/** Where people reach our own pages, no trailing slash; undefined where nobody but this machine does. */
export type Site = { pages: string | undefined };

export type Writer<Kind extends Target['kind'], Content> = {
  /** Pure. Several targets only for a check that several pull requests share. */
  render(targets: readonly [TargetOf<Kind>, ...TargetOf<Kind>[]], site: Site): Content;
  /** `remoteId` is what the last write returned; null: look for it, unless this is the first try, then make it. */
  write(content: Content, remoteId: string | null, about: About<Kind>, ports: Ports): Promise<Written>;
};
