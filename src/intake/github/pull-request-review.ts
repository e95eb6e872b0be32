// pull_request_review: who approved which commit.
import { z } from 'zod';
import { Review } from '../../facts/pull.ts';
import { pullStream } from '../../facts/stream.ts';
import { Account, actorOf, Envelope, type Intake, repositoryOf } from './contract.ts';

const Payload = Envelope.extend({
  action: z.string(),
  pull_request: z.object({ number: z.int() }),
  review: z.object({
    id: z.int(),
    state: z.string(),
    commit_id: z.string().nullable(),
    submitted_at: z.string().nullable(),
    user: Account.nullable(),
  }),
});

export const pullRequestReview: Intake = {
  event: 'pull_request_review',
  actions: ['submitted', 'edited', 'dismissed'],
  translate(value) {
    const payload = Payload.parse(value);
    const { review, repository, action } = payload;
    const state = Review.shape.state.safeParse(review.state.toLowerCase());
    if (!review.user || !state.success) return [];
    const stream = pullStream(repository.id, payload.pull_request.number);
    return [
      {
        to: 'stream',
        stream,
        repository: repositoryOf(payload),
        key: `review:${repository.id}/${review.id}/${action}/${state.data}`,
        fact: {
          type: 'PullReviewed',
          review: {
            id: review.id,
            by: actorOf(review.user),
            state: state.data,
            commit: review.commit_id ?? '',
            at: review.submitted_at ?? '',
          },
        },
      },
    ];
  },
};
