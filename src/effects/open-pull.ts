// Opens the one pull request of a ticket: a draft where the plan allows drafts.
import type { CommandOf } from '../decide/command.ts';
import { Permanent, Retryable } from '../errors.ts';
import { renderPullBody, renderPullTitle } from '../render/pull.ts';
import type { Call, Effect, Ports } from './contract.ts';

type Open = Call<CommandOf<'OpenPull'>>;

export const openPull: Effect<'OpenPull'> = {
  find: async (call, ports) => found(call, ports),

  async execute(call, ports) {
    const draft = await create(call, ports, true);
    const made = 'refused' in draft && draft.refused === 'draft_unsupported' ? await create(call, ports, false) : draft;
    if (!('refused' in made)) {
      // An edited comment notifies nobody: whoever asked is told by being assigned, once.
      await ports.writer.assign(call.repository, made.number, [call.command.requester.login]);
      return { type: 'PullOpened', pull: made.number, draft: made === draft };
    }
    if (made.refused === 'exists') {
      const there = await found(call, ports);
      if (there) return there;
      throw new Retryable('GitHub says the pull request exists but does not list it yet', { after: 2 });
    }
    throw new Permanent(`GitHub refused to open the pull request: ${made.detail}`);
  },
};

async function found({ command, repository }: Open, { reader }: Ports) {
  const pull = (await reader.pullsFrom(repository, command.branch)).find(({ state }) => state === 'open');
  return pull && ({ type: 'PullOpened', pull: pull.number, draft: pull.draft } as const);
}

const create = ({ command, repository }: Open, { writer }: Ports, draft: boolean) =>
  writer.createPull(repository, {
    title: renderPullTitle(command),
    head: command.branch,
    base: command.base,
    body: renderPullBody(command),
    draft,
  });
