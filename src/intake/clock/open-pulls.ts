// A pull request that was looked at by REST, as the same fact that its webhook gives, and its reviews.
import type { PullView, ReviewView } from '../../../adapters/github/contract.ts';
import type { Actor } from '../../facts/person.ts';
import type { PullHeader } from '../../facts/pull.ts';
import type { Repository } from '../../facts/repository.ts';
import { pullStream } from '../../facts/stream.ts';
import type { Heard } from '../github/contract.ts';
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

/** Is there anything to tell? `known`: as the journal has it. A list may lag behind what a webhook has told already. */
export const isNews = (header: PullHeader, known: PullHeader | undefined): boolean =>
  known === undefined
    ? header.state === 'open'
    : header.updatedAt >= known.updatedAt &&
      (header.head.sha !== known.head.sha ||
        header.base.ref !== known.base.ref ||
        header.draft !== known.draft ||
        header.state !== known.state ||
        header.merged !== known.merged);

/** `by`: who closed it, where it is closed. Who pushed is not known, and decide does not take it from here. */
export function heardOfLook(repository: Repository, header: PullHeader, by: Actor): Heard {
  const { number, updatedAt, head, base, draft, state, merged } = header;
  const stream = pullStream(repository.id, number);
  return {
    to: 'stream',
    stream,
    repository,
    key: `${stream}/looked@${updatedAt}/${head.sha}/${base.ref}/${draft}/${merged ? 'merged' : state}`,
    fact: { type: 'PullObserved', action: 'looked', pull: header, by },
  };
}

/** Under the key of its webhook. One that was dismissed is told as that. */
export const heardOfReview = (
  repository: Repository,
  pull: number,
  { id, author, state, commit, at }: ReviewView,
): Heard => ({
  to: 'stream',
  stream: pullStream(repository.id, pull),
  repository,
  key: `review:${repository.id}/${id}/${state === 'dismissed' ? 'dismissed' : 'submitted'}/${state}`,
  fact: { type: 'PullReviewed', review: { id, by: author, state, commit: commit ?? '', at } },
});
