// Pull requests and what reviewers said.
import type { GitHubReader } from '../contract.ts';
import { ABSENT, at } from './address.ts';
import type { Client } from './client.ts';
import { allPages, PER_PAGE } from './pages.ts';
import { standingReviews } from './reviews.ts';
import { pullView } from './views.ts';

export const createPullReader = ({
  ask,
  get,
}: Client): Pick<GitHubReader, 'pull' | 'openPulls' | 'pullsFrom' | 'reviews'> => ({
  pull: async (repo, pull) => {
    const { answer } = await ask(
      repo.installation,
      (github) => github.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...at(repo), pull_number: pull }),
      ABSENT,
    );
    return answer && pullView(answer.data);
  },

  openPulls: async (repo, { head } = {}) => {
    const rows = await allPages((page) =>
      get(repo.installation, (github) =>
        github.request('GET /repos/{owner}/{repo}/pulls', {
          ...at(repo),
          state: 'open',
          sort: 'created',
          direction: 'asc',
          per_page: PER_PAGE,
          page,
        }),
      ),
    );
    return rows
      .map(pullView)
      .filter((pull) => head === undefined || pull.head.sha === head)
      .sort((a, b) => a.number - b.number);
  },

  pullsFrom: async (repo, branch) => {
    const rows = await allPages((page) =>
      get(repo.installation, (github) =>
        github.request('GET /repos/{owner}/{repo}/pulls', {
          ...at(repo),
          state: 'all',
          head: `${repo.owner}:${branch}`,
          per_page: PER_PAGE,
          page,
        }),
      ),
    );
    // A fork may belong to the same owner.
    return rows
      .map(pullView)
      .filter((pull) => pull.head.repoId === repo.id && pull.head.ref === branch)
      .sort((a, b) => a.number - b.number);
  },

  reviews: async (repo, pull) =>
    standingReviews(
      await allPages((page) =>
        get(repo.installation, (github) =>
          github.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', {
            ...at(repo),
            pull_number: pull,
            per_page: PER_PAGE,
            page,
          }),
        ),
      ),
    ),
});
