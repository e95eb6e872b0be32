// An edited comment notifies nobody: at the gate a review is asked for, or the requester is assigned, once.
import type { Effect } from './contract.ts';

export const askReview: Effect<'AskReview'> = {
  async execute({ command: { pull, of, requester }, repository }, { writer }) {
    if (of.length > 0 && (await writer.requestReviewers(repository, pull, of)) === 'done') return { type: 'ReviewAsked', of };
    const assigned = requester ? [requester.login] : [];
    if (assigned.length > 0) await writer.assign(repository, pull, assigned);
    return { type: 'ReviewAsked', of: assigned };
  },
};
