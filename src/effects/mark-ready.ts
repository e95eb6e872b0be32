// Takes the pull request out of draft. Some App tokens may not: then a person is asked in the sticky comment.
import type { Effect } from './contract.ts';

export const markReady: Effect<'MarkReady'> = {
  async execute({ command, repository }, { writer }) {
    return { type: 'PullReadied', done: (await writer.markReady(repository, command.nodeId)) === 'done' };
  },
};
