// Of all that a reviewer said about a pull request, the one that stands.
import type { ReviewView } from '../contract.ts';
import { actorOf, type Id } from './views.ts';

type ReviewRow = {
  id: Id;
  user: { id: Id; login: string; type: string } | null;
  state: string;
  commit_id: string | null;
  submitted_at?: string;
  body: string;
};

const STATES: Record<string, ReviewView['state']> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes_requested',
  DISMISSED: 'dismissed',
  COMMENTED: 'commented',
};

/** A later comment leaves an earlier verdict standing, as GitHub does. Rows in ascending time; pending ones are nobody's business. */
export function standingReviews(rows: readonly ReviewRow[]): ReviewView[] {
  const standing = new Map<number, ReviewView>();
  for (const row of rows) {
    const state = STATES[row.state];
    if (!state || row.submitted_at === undefined) continue;
    const author = actorOf(row.user);
    const before = standing.get(author.id);
    if (before && before.state !== 'commented' && state === 'commented') continue;
    standing.delete(author.id);
    standing.set(author.id, {
      id: Number(row.id),
      author,
      state,
      commit: row.commit_id ?? undefined,
      at: row.submitted_at,
      body: row.body,
    });
  }
  return [...standing.values()];
}
