// The named approvers are asked for a review, once per head: an edited comment notifies nobody.
import type { Effect } from './contract.ts';

export const askReview: Effect<'AskReview'> = {
  async execute({ command: { pull, of }, repository }, { writer }) {
    const asked = (await writer.requestReviewers(repository, pull, of)) === 'done';
    return { type: 'ReviewAsked', of: asked ? of : [] };
  },
};
