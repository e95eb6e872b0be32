// Check runs of our own App, and GitHub Actions' runs.
import type { GitHubReader } from '../contract.ts';
import { at } from './address.ts';
import type { Client } from './client.ts';
import { allPages, PER_PAGE } from './pages.ts';
import { checkRunView, workflowRunView } from './views.ts';

export const createRunReader = (
  { ask, get }: Client,
  appId: number,
): Pick<GitHubReader, 'checkRuns' | 'workflowRuns' | 'workflowRun'> => ({
  checkRuns: async (repo, sha, { name } = {}) => {
    const rows = await allPages(async (page) => {
      const { data, ...rest } = await get(repo.installation, (github) =>
        github.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
          ...at(repo),
          ref: sha,
          app_id: appId,
          filter: 'latest',
          per_page: PER_PAGE,
          page,
          ...(name === undefined ? {} : { check_name: name }),
        }),
      );
      return { ...rest, data: data.check_runs };
    });
    const newest = new Map(
      rows
        .filter((row) => !row.app || Number(row.app.id) === appId)
        .map(checkRunView)
        .sort((a, b) => a.id - b.id)
        .map((run) => [run.name, run]),
    );
    return [...newest.values()].sort((a, b) => a.id - b.id);
  },

  workflowRuns: async (repo, workflow, since) => {
    // Newest first, so reading stops at `since`: the `created` filter is a search, and GitHub cuts searches at 1,000 runs.
    const earliest = Date.parse(since);
    const older = (row: { created_at: string }) => Date.parse(row.created_at) < earliest;
    const rows = await allPages(async (page) => {
      const { answer } = await ask(
        repo.installation,
        (github) =>
          github.request('GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs', {
            ...at(repo),
            workflow_id: workflow,
            per_page: PER_PAGE,
            page,
          }),
        [404],
      );
      return answer ? { ...answer, data: answer.data.workflow_runs } : { data: [], headers: {}, status: 404 };
    }, older);
    return rows
      .filter((row) => !older(row))
      .map(workflowRunView)
      .sort((a, b) => b.id - a.id);
  },

  workflowRun: async (repo, run) => {
    const { answer } = await ask(
      repo.installation,
      (github) => github.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', { ...at(repo), run_id: run }),
      [404],
    );
    return answer && workflowRunView(answer.data);
  },
});
