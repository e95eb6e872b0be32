// Writes to pull requests whose refusal is an answer.
import { Permanent } from '../../../src/errors.ts';
import type { Repository } from '../../../src/facts/repository.ts';
import type { GitHubReader, GitHubWriter, MergeRefusal, PullRefusal } from '../contract.ts';
import { at } from './address.ts';
import type { Client } from './client.ts';
import type { Refusal } from './failure.ts';
import { mutate } from './mutate.ts';

type PullWriter = Pick<GitHubWriter, 'createPull' | 'updatePull' | 'merge' | 'markReady' | 'requestReviewers'>;
type NewPull = Parameters<GitHubWriter['createPull']>[1];

const MERGE_REFUSALS: Record<number, MergeRefusal> = { 403: 'forbidden', 405: 'not_mergeable', 409: 'head_moved' };

type Ready = { markPullRequestReadyForReview: { pullRequest: { isDraft: boolean } | null } | null };
const MARK_READY = `mutation ($pull: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $pull }) { pullRequest { isDraft } }
}`;

export function createPullWriter({ ask, get }: Client, { pullsFrom }: Pick<GitHubReader, 'pullsFrom'>): PullWriter {
  /** GitHub tells the reasons of a 422 apart in prose only, so the cases are told apart by looking. */
  async function whyRefused(repo: Repository, pull: NewPull, refusal: Refusal): Promise<PullRefusal> {
    if (refusal.fields.some(({ field, code }) => code === 'invalid' && (field === 'head' || field === 'base')))
      return 'no_branch';
    const open = (await pullsFrom(repo, pull.head)).filter(
      ({ state, base }) => state === 'open' && base.ref === pull.base,
    );
    if (open.length > 0) return 'exists';
    const { answer } = await ask(
      repo.installation,
      (github) =>
        github.request('GET /repos/{owner}/{repo}/compare/{basehead}', {
          ...at(repo),
          basehead: `${pull.base}...${pull.head}`,
          per_page: 1,
        }),
      [404],
    );
    if (!answer) return 'no_branch';
    if (answer.data.ahead_by === 0) return 'no_commits';
    return pull.draft ? 'draft_unsupported' : 'invalid';
  }

  return {
    createPull: async (repo, pull) => {
      const { answer, refusal } = await ask(
        repo.installation,
        (github) => github.request('POST /repos/{owner}/{repo}/pulls', { ...at(repo), ...pull }),
        [422],
      );
      if (answer) return { number: answer.data.number };
      return { refused: await whyRefused(repo, pull, refusal), detail: refusal.detail };
    },

    updatePull: async (repo, pull, change) => {
      await get(repo.installation, (github) =>
        github.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
          ...at(repo),
          pull_number: pull,
          ...change,
        }),
      );
    },

    merge: async (repo, pull, { sha, method, title, message }) => {
      const { answer, refusal } = await ask(
        repo.installation,
        (github) =>
          github.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', {
            ...at(repo),
            pull_number: pull,
            sha,
            merge_method: method,
            commit_title: title,
            commit_message: message,
          }),
        [403, 405, 409, 422],
      );
      if (answer) return { merged: answer.data.sha };
      return { refused: MERGE_REFUSALS[refusal.status] ?? 'not_mergeable', detail: refusal.detail };
    },

    markReady: async (repo, nodeId) => {
      const { data } = await get(repo.installation, (github) => mutate<Ready>(github, MARK_READY, { pull: nodeId }));
      if ('done' in data)
        return data.done.markPullRequestReadyForReview?.pullRequest?.isDraft === false ? 'done' : 'refused';
      if (data.errors.some(({ type }) => type === 'NOT_FOUND'))
        throw new Permanent(`pull request ${nodeId} cannot be marked ready: GitHub does not find it`);
      return 'refused';
    },

    requestReviewers: async (repo, pull, logins) => {
      const { answer } = await ask(
        repo.installation,
        (github) =>
          github.request('POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers', {
            ...at(repo),
            pull_number: pull,
            reviewers: logins,
          }),
        [422],
      );
      return answer ? 'done' : 'refused';
    },
  };
}
