// Labels and reactions: GitHub makes both idempotent, so there is nothing to look for.
import type { Writer } from './contract.ts';

export const label: Writer<'label', { present: boolean; times: number }> = {
  render: ([{ present, times }]) => ({ present, times }),
  async write({ present }, _, { target, repository }, { writer }) {
    if (present) await writer.addLabel(repository, target.issue, target.label);
    else await writer.removeLabel(repository, target.issue, target.label);
    return { remoteId: null };
  },
};

export const reaction: Writer<'reaction', string> = {
  render: ([{ reaction: name }]) => name,
  async write(_, __, { target, repository }, { writer }) {
    await writer.react(repository, target.comment, target.reaction);
    return { remoteId: null };
  },
};
