// Opens the one pull request of a ticket: a draft where the plan allows drafts.
import type { CommandOf } from '../decide/command.ts';
import { Permanent, Retryable } from '../errors.ts';
import { renderPullBody, renderPullTitle } from '../render/pull.ts';
import type { Call, Effect, Ports } from './contract.ts';

type Open = Call<CommandOf<'OpenPull'>>;

export const openPull: Effect<'OpenPull'> = {
  async find(call, ports) {
    const there = await found(call, ports);
    if (there) await tellRequester(call, ports, there.pull);
    return there;
  },

  async execute(call, ports) {
    const draft = await create(call, ports, true);
    const made = 'refused' in draft && draft.refused === 'draft_unsupported' ? await create(call, ports, false) : draft;
    if (!('refused' in made)) {
      await tellRequester(call, ports, made.number);
      return { type: 'PullOpened', pull: made.number, draft: made === draft };
    }
    if (made.refused === 'exists') {
      const there = await found(call, ports);
      if (there) return there;
      throw new Retryable('GitHub says the pull request exists but does not list it yet', { after: 2 });
    }
    // It looks like nothing is wrong: so does a pull request of an attempt before that the list does not show yet.
    if (made.refused === 'invalid') throw new Retryable(`GitHub refused to open the pull request: ${made.detail}`);
    throw new Permanent(`GitHub refused to open the pull request: ${made.detail}`);
  },
};

/** An edited comment notifies nobody: whoever asked is told by being assigned. GitHub tells nobody a second time. */
const tellRequester = ({ command, repository }: Open, { writer }: Ports, pull: number) =>
  writer.assign(repository, pull, [command.requester.login]);

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
