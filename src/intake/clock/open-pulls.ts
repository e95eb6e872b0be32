// A pull request that was looked at by REST, as the same fact that its webhook gives.
import type { PullView } from '../../../adapters/github/contract.ts';
import type { PullHeader } from '../../facts/pull.ts';

export function headerFromView(pull: PullView, repositoryId: number, botId: number): PullHeader {
  const issue = /^gantry\/(\d{1,10})-/.exec(pull.head.ref)?.[1];
  const fork = pull.head.repoId !== repositoryId;
  const ours = !fork && pull.author.id === botId && issue !== undefined;
  return {
    number: pull.number,
    nodeId: pull.nodeId,
    title: pull.title.slice(0, 1_000),
    author: pull.author,
    origin: fork ? 'fork' : ours ? 'gantry' : 'people',
    head: { sha: pull.head.sha, ref: pull.head.ref },
    base: pull.base,
    draft: pull.draft,
    state: pull.state,
    merged: pull.merged,
    updatedAt: pull.updatedAt,
    ...(ours && { issue: Number(issue) }),
    ...(pull.mergeSha && { mergeSha: pull.mergeSha }),
  };
}
