// What a check run shows, as data. Pull requests that share a head share the check: the worst view is shown.
import type { Message } from '../../facts/message.ts';
import type { LayerResult } from '../../facts/run.ts';
import type { Verdict } from '../../facts/verdict.ts';

/** From worst to best; the order decides which view of a shared head is shown. */
export const statuses = [
  'failure',
  'timed_out',
  'action_required',
  'in_progress',
  'neutral',
  'skipped',
  'success',
] as const;
export type CheckStatus = (typeof statuses)[number];

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

export const worst = (views: readonly [CheckView, ...CheckView[]]): CheckView => {
  const open = views.filter(({ over }) => !over);
  return (open.length > 0 ? open : views).reduce((one, other) =>
    statuses.indexOf(other.status) < statuses.indexOf(one.status) ? other : one,
  );
};
