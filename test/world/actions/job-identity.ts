// Who a job is: its OIDC claims and its `job` context. For a job of a reusable workflow, `workflow_*` claims name the
// caller and `job_workflow_*` the called file; the `job` context names the called file.
import type { JWTPayload } from 'jose';
import type { JsonObject } from '../contract.ts';
import type { ActionsHost } from './actions-host.ts';
import type { LoadedWorkflow } from './load-workflow.ts';
import type { JobCall } from './run-job.ts';
import type { RunRecord } from './run-record.ts';

const fullRef = (loaded: LoadedWorkflow) => `${loaded.repository}/${loaded.path}@${loaded.ref}`;

export function jobContext(loaded: LoadedWorkflow, checkRunId: number): JsonObject {
  return {
    status: 'success',
    check_run_id: checkRunId,
    workflow_ref: fullRef(loaded),
    workflow_sha: loaded.sha,
    workflow_repository: loaded.repository,
    workflow_file_path: loaded.path,
  };
}

/** Claims and `sub`. The subject has the form with ids, which repositories made since July 2026 have. */
export function claimsOf(
  host: ActionsHost,
  run: RunRecord,
  call: JobCall,
  checkRunId: number,
  labels: string[],
): [JWTPayload, string] {
  const github = Object(call.contexts.github) as Record<string, string>;
  const repo = host.world.repo(run.repository);
  const [owner, name] = run.repository.split('/');
  const environment = typeof call.job.environment === 'string' ? call.job.environment : call.job.environment?.name;
  const where = environment === undefined ? `ref:${github.ref}` : `environment:${environment}`;
  const claims = {
    repository: run.repository,
    repository_id: github.repository_id,
    repository_owner: owner,
    repository_owner_id: github.repository_owner_id,
    repository_visibility: repo?.private ? 'private' : 'public',
    event_name: github.event_name,
    ref: github.ref,
    ref_type: github.ref_type,
    ref_protected: 'false',
    base_ref: '',
    head_ref: '',
    sha: run.row.head_sha,
    actor: github.actor,
    actor_id: github.actor_id,
    workflow: github.workflow,
    workflow_ref: github.workflow_ref,
    workflow_sha: github.workflow_sha,
    job_workflow_ref: fullRef(call.loaded),
    job_workflow_sha: call.loaded.sha,
    run_id: github.run_id,
    run_number: github.run_number,
    run_attempt: github.run_attempt,
    check_run_id: String(checkRunId),
    runner_environment: labels.includes('self-hosted') ? 'self-hosted' : 'github-hosted',
    ...(environment !== undefined && { environment }),
  };
  return [claims, `repo:${owner}@${github.repository_owner_id}/${name}@${github.repository_id}:${where}`];
}
