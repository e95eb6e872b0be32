// What a check run shows, as data. Pull requests that share a head share the check: the worst view is shown.
import type { Message } from '../../facts/message.ts';
import { CheckStatus } from '../../facts/records.ts';
import type { LayerResult } from '../../facts/run.ts';
import type { Verdict } from '../../facts/verdict.ts';

/** From worst to best; the order decides which view of a shared head is shown. */
export const statuses = CheckStatus.options;
export type { CheckStatus };

export type CheckView = {
  status: CheckStatus;
  title: Message;
  /** Why, nearest blocker first; empty when there is nothing to add to the title. */
  reasons: readonly Message[];
  verdict?: Verdict;
  layer?: LayerResult;
  /** How often somebody asked to see it again. */
  times: number;
  /** Of a pull request that is closed: it counts only where no open one shares the head (trust.md 12). */
  over?: true;
};

const rank = ({ status }: CheckView): number => statuses.indexOf(status);

/** Where all are closed the best is shown: a merge stays green, whatever else was once opened with its head. */
export const worst = (views: readonly [CheckView, ...CheckView[]]): CheckView => {
  const [first, ...others] = views.filter(({ over }) => !over);
  return first
    ? others.reduce((one, other) => (rank(other) < rank(one) ? other : one), first)
    : views.reduce((one, other) => (rank(other) > rank(one) ? other : one));
};
