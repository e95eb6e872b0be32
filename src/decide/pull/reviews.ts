// Reviews: the newest of each person, and what its author may do, which is read before it counts for or against the merge.
import { atLeast } from '../../facts/person.ts';
import type { PullFactOf } from '../../facts/pull.ts';
import type { Command } from '../command.ts';
import { mergeable } from './merge-again.ts';
import type { KeptReview, PullState } from './state.ts';

const reviewsKept = 200;

/** A comment says nothing about an approval, what was dismissed stays so, and a bot's review is nobody's. */
export function reviewed(state: PullState, { review }: PullFactOf<'PullReviewed'>): PullState {
  const before = state.reviews.find((one) => one.by.id === review.by.id);
  const older = before && (review.id < before.id || (review.id === before.id && before.state === 'dismissed'));
  if (review.state === 'commented' || review.by.kind !== 'person' || older) return state;
  const others = state.reviews.filter((one) => one.by.id !== review.by.id);
  return { ...mergeable(state), reviews: [...others, review].slice(-reviewsKept) };
}

export function reviewerRead(state: PullState, { review, role }: PullFactOf<'ReviewerRead'>): PullState {
  const { reviewerFailed: _, ...rest } = mergeable(state);
  return { ...rest, reviews: state.reviews.map((one) => (one.id === review ? { ...one, role } : one)) };
}

/** What was read of this person may be stale: their review waits until it is read again. */
export const unreadReviews = (state: PullState, { login }: PullFactOf<'MembersChanged'>): PullState => ({
  ...state,
  reviews: state.reviews.map((one) => (isOf(one, login) ? unread(one) : one)),
});

const unread = ({ role: _, ...review }: KeptReview): KeptReview => review;

export const isOf = ({ by }: KeptReview, login: string): boolean => by.login.toLowerCase() === login.toLowerCase();

const speaks = ({ state }: KeptReview): boolean => state === 'approved' || state === 'changes_requested';

export const isUnread = (review: KeptReview): boolean => speaks(review) && review.role === undefined;

/** Its author is known to have write. */
export const counts = ({ role }: KeptReview): boolean => role !== undefined && atLeast(role, 'write');

/** Asks for the roles that are not known. Nobody's review is judged on pull requests that are not ours. */
export const readReviewers = (state: PullState, which: (review: KeptReview) => boolean = () => true): Command[] =>
  (state.header?.origin ?? 'gantry') === 'gantry' && state.header?.state !== 'closed'
    ? state.reviews
        .filter((one) => isUnread(one) && which(one))
        .map(({ id, by }) => ({ type: 'ReadReviewer', login: by.login, review: id }))
    : [];
