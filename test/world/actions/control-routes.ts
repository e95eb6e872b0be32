// Cancel, force-cancel and re-run.
import type { WorldRequest } from '../contract.ts';
import { githubError } from '../router.ts';
import { type ActionsHost, now } from './actions-host.ts';
import { cancelRun } from './run-control.ts';
import { findRun } from './run-routes.ts';
import { beginAttempt } from './start-run.ts';

const base = '/repos/:owner/:repo/actions/runs/:id';
const notFound = githubError(404, 'Not Found');

export function routeControls(host: ActionsHost): void {
  const { world } = host;
  const cancel = (forced: boolean) => (request: WorldRequest) => {
    const run = findRun(host, request);
    if (!run) return notFound;
    if (run.row.status === 'completed') return githubError(409, 'Cannot cancel a workflow run that is completed.');
    cancelRun(host, run, forced);
    return { status: 202, json: {} };
  };
  world.route('POST', `${base}/cancel`, cancel(false));
  world.route('POST', `${base}/force-cancel`, cancel(true));

  /** The same run id, commit and inputs, one attempt later; `actor` stays, `triggering_actor` is who asked. */
  const rerun = async (request: WorldRequest) => {
    const run = findRun(host, request);
    if (!run) return notFound;
    if (run.row.status !== 'completed') return githubError(403, 'This workflow is already running');
    await run.done;
    Object.assign(run, { cancelled: false, forced: false });
    Object.assign(run.row, {
      status: 'queued',
      conclusion: null,
      run_attempt: run.row.run_attempt + 1,
      previous_attempt_url: `${run.row.url}/attempts/${run.row.run_attempt}`,
      triggering_actor: await world.personJson({ ...request.actor, login: request.actor.login ?? '' }),
      run_started_at: now(),
      updated_at: now(),
    });
    await beginAttempt(host, run);
    return { status: 201, json: {} };
  };
  world.route('POST', `${base}/rerun`, rerun);
  world.route('POST', `${base}/rerun-failed-jobs`, rerun);
}
