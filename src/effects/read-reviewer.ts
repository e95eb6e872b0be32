// What may the author of a review do right now? The review's event does not say, and roles change.
import type { Effect } from './contract.ts';

export const readReviewer: Effect<'ReadReviewer'> = {
  async execute({ command: { login, review }, repository }, { reader }) {
    return { type: 'ReviewerRead', review, login, role: await reader.role(repository, login) };
  },
};
