// A pull request that was looked at by REST, as the same fact that its webhook gives.
import type { PullView } from '../../../adapters/github/contract.ts';
import type { PullHeader } from '../../facts/pull.ts';
import { originOf } from '../pull-origin.ts';

export function headerFromView(pull: PullView, repositoryId: number, botId: number): PullHeader {
  return {
    number: pull.number,
    nodeId: pull.nodeId,
    title: pull.title.slice(0, 1_000),
    author: pull.author,
    ...originOf({ author: pull.author.id, ref: pull.head.ref, fork: pull.head.repoId !== repositoryId }, botId),
    head: { sha: pull.head.sha, ref: pull.head.ref },
    base: pull.base,
    draft: pull.draft,
    state: pull.state,
    merged: pull.merged,
    updatedAt: pull.updatedAt,
    ...(pull.mergeSha && { mergeSha: pull.mergeSha }),
  };
}
