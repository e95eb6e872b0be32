// Starting and stopping GitHub Actions, and our check runs.
import { UserFixable } from '../../../src/errors.ts';
import type { Repository } from '../../../src/facts/repository.ts';
import type { CheckAnnotation, CheckRunWrite, GitHubWriter } from '../contract.ts';
import { at } from './address.ts';
import { annotationBatches, checkFields } from './check-output.ts';
import type { Client } from './client.ts';

type RunWriter = Pick<GitHubWriter, 'dispatchWorkflow' | 'cancelRun' | 'createCheckRun' | 'updateCheckRun'>;

/** The template is given as a string: Octokit's types do not know `return_run_details` in every version. */
const DISPATCH = 'POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches';

export function createRunWriter({ ask, get }: Client): RunWriter {
  const dispatch = (repo: Repository, file: string, ref: string, inputs: Record<string, string>, details: boolean) =>
    ask(
      repo.installation,
      (github) =>
        github.request(DISPATCH, {
          ...at(repo),
          workflow_id: file,
          ref,
          inputs,
          ...(details ? { return_run_details: true } : {}),
        }),
      [400, 404, 422],
    );

  const updateCheckRun = async (repo: Repository, id: number, check: CheckRunWrite, annotations: CheckAnnotation[]) => {
    await get(repo.installation, (github) =>
      github.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
        ...at(repo),
        check_run_id: id,
        ...checkFields(check, annotations),
      }),
    );
  };

  return {
    dispatchWorkflow: async (repo, file, ref, inputs) => {
      let { answer, refusal } = await dispatch(repo, file, ref, inputs, true);
      // A server that does not know the parameter refuses it before it starts anything.
      if (refusal && refusal.status !== 404) ({ answer, refusal } = await dispatch(repo, file, ref, inputs, false));
      if (refusal?.status === 404) throw new UserFixable('workflow_missing', { file, ref });
      if (refusal) throw new UserFixable('dispatch_refused', { file, ref, detail: refusal.detail });
      const details = answer?.data;
      return { runId: details ? Number(details.workflow_run_id) : undefined };
    },

    cancelRun: async (repo, run, { force = false } = {}) => {
      const { answer } = await ask(
        repo.installation,
        (github) =>
          force
            ? github.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/force-cancel', {
                ...at(repo),
                run_id: run,
              })
            : github.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/cancel', { ...at(repo), run_id: run }),
        [404, 409],
      );
      return answer ? 'accepted' : 'finished';
    },

    createCheckRun: async (repo, headSha, check) => {
      const [first, ...rest] = annotationBatches(check.annotations);
      const { data } = await get(repo.installation, (github) =>
        github.request('POST /repos/{owner}/{repo}/check-runs', {
          ...at(repo),
          head_sha: headSha,
          ...checkFields(check, first),
        }),
      );
      const id = Number(data.id);
      for (const batch of rest) await updateCheckRun(repo, id, check, batch);
      return { id };
    },

    updateCheckRun: async (repo, id, check) => {
      for (const batch of annotationBatches(check.annotations)) await updateCheckRun(repo, id, check, batch);
    },
  };
}
