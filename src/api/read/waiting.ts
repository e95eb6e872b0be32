// What a ticket waits for, in the same words as its policy comment.
import { desiredOfPull } from '../../decide/pull/desired.ts';
import type { PullState } from '../../decide/pull/state.ts';
import type { StickyView } from '../../decide/pull/sticky-view.ts';
import { nextStep } from '../../decide/ticket/report.ts';
import type { Message } from '../../facts/message.ts';
import { contextOf } from '../../journal/stream.ts';
import type { Db } from '../../journal/tables.ts';
import { type PullItem, readPull, type TicketItem } from './tickets.ts';

/** The pull request that Gantry opened for a ticket; undefined before. */
export const pullOf = async (db: Db, { state, repository }: TicketItem): Promise<PullItem | undefined> =>
  state.pull === undefined ? undefined : readPull(db, repository.id, state.pull);

export function stickyOf({
  state,
  stream,
  changedAt,
}: {
  state: PullState;
  stream: PullItem['stream'];
  changedAt: Date;
}): StickyView | undefined {
  const target = desiredOfPull(state, contextOf(stream, changedAt)).find(({ kind }) => kind === 'sticky');
  return target?.kind === 'sticky' ? target.view : undefined;
}

/** `pull`: its pull request, which knows better while it is in review. Undefined: it waits for nothing. */
export function waitsFor({ state }: Pick<TicketItem, 'state'>, pull: PullItem | undefined): Message | undefined {
  const { stage } = state;
  if (state.hold) return nextStep(state);
  if (stage.name === 'merged' || stage.name === 'canceled') return undefined;
  if (stage.name === 'blocked') return stage.why;
  if (stage.name === 'idle') return stage.notice ?? nextStep(state);
  return (stage.name === 'in_review' && pull && stickyOf(pull)?.next) || nextStep(state);
}
