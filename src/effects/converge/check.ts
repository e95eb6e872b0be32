// A check run. It belongs to a commit: where several open pull requests share the head, the worst of their views is shown.
import type { CheckRunWrite } from '../../../adapters/github/contract.ts';
import { worst } from '../../decide/pull/check-view.ts';
import { renderCheck } from '../../render/check.ts';
import type { Writer } from './contract.ts';

export const check: Writer<'check', CheckRunWrite> = {
  render: ([first, ...others]) => {
    const [view, ...rest] = [first, ...others].map((target) => target.view);
    return renderCheck(first.name, worst([view ?? first.view, ...rest]));
  },

  async write(content, remoteId, { target, repository, first }, { reader, writer }) {
    const known =
      remoteId === null && !first
        ? (await reader.checkRuns(repository, target.sha, { name: target.name })).at(-1)?.id
        : remoteId === null
          ? undefined
          : Number(remoteId);
    if (known === undefined)
      return { remoteId: String((await writer.createCheckRun(repository, target.sha, content)).id) };
    await writer.updateCheckRun(repository, known, content);
    return { remoteId: String(known) };
  },
};
