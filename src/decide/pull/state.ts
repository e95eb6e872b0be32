// What is known about a pull request, Gantry's own or anybody's.
import type { CommandGiven, Receipt } from '../../facts/comment.ts';
import type { Message } from '../../facts/message.ts';
import type { Role } from '../../facts/person.ts';
import type { PullHeader, Review, TicketReport } from '../../facts/pull.ts';
import type { PullSnapshot } from '../../facts/pull-snapshot.ts';

/** `role`: what its author may do, as last read; absent until it is read. */
export type KeptReview = Review & { role?: Role };

export type PullState = {
  /** Absent until the first event that shows the pull request itself. */
  header?: PullHeader;
  /** Account ids of people who pushed to the branch since it was opened. */
  pushers: number[];
  /** The newest head that was told with who pushed it. */
  attributed?: string | undefined;
  /** A bot of others pushed, or nobody knows who: a person behind it cannot be told from a reviewer. Stays for the branch. */
  unknownPusher?: true;
  /** It was closed without a merge, so its ticket is about another one, if about any. */
  left?: true | undefined;
  /** Told by the ticket; only for pull requests that Gantry opened. */
  ticket?: TicketReport;
  /** The newest gathered snapshot; it counts only for its own head, base and plan. */
  snapshot?: PullSnapshot;
  /** Gathering was given up since: what is known may be old. */
  gatherFailed?: Message;
  /** The newest review of each person. */
  reviews: KeptReview[];
  /** Reading a reviewer's role was given up. */
  reviewerFailed?: Message;
  /** Steps that were asked for, by head. */
  steps: { ready?: string; review?: string; merge?: string };
  /** GitHub does not let us take it out of draft: a person must. */
  readyRefused?: true;
  /** The head at which we took it out of draft. */
  readied?: string;
  mergeRefused?: { head: string; why: Message };
  /** GitHub could not merge yet: the next `Woken` tries again; `mergeTries` counts for this head. */
  mergeAgain?: true;
  mergeTries?: number;
  mergedSha?: string;
  /** The gate as it was last decided, so that a change of it is on record. */
  gate?: { head: string; title: string };
  /** Ids of facts that could not be decided on and were set aside: until each is taken back, nothing is merged. */
  setAside?: number[];
  /** Commands that came before the pull request was seen. */
  unheard: CommandGiven[];
  /** The newest commit that a merge queue made of it. */
  group?: string;
  /** How often each check was asked for again. */
  rerequested: Record<string, number>;
  receipts: Receipt[];
};

export const initialPull: PullState = {
  pushers: [],
  reviews: [],
  steps: {},
  unheard: [],
  rerequested: {},
  receipts: [],
};

export const isOpen = ({ header }: PullState): boolean => header?.state === 'open';
