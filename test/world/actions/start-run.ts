// A new workflow run: its row, its webhooks, and the start of its execution.
import type { Cause, JsonObject } from '../contract.ts';
import type { ActionsHost } from './actions-host.ts';
import { executeRun } from './execute-run.ts';
import type { LoadedWorkflow } from './load-workflow.ts';
import { endRun, tellRun } from './run-news.ts';
import type { RunRecord } from './run-record.ts';
import { createRunRow, describeWorkflow } from './run-row.ts';

export interface Dispatch {
  loaded: LoadedWorkflow;
  branch: string;
  inputs: JsonObject;
  /** As the caller sent them; what the webhook and `github.event.inputs` show. */
  given: JsonObject;
  cause: Cause;
}

export async function startRun(host: ActionsHost, dispatch: Dispatch): Promise<RunRecord> {
  const { loaded, branch, cause } = dispatch;
  const { repository } = loaded;
  const row = await createRunRow(host, dispatch);
  const workflowRow = describeWorkflow(host, repository, loaded.path, loaded.file.name);
  const run: RunRecord = {
    repository,
    row,
    workflowRow,
    loaded,
    inputs: dispatch.inputs,
    cause,
    jobs: [],
    cancelled: false,
    forced: false,
    onCancel: new Set(),
    done: Promise.resolve(),
  };
  host.runs.set(row.id, run);
  const payload = { ref: `refs/heads/${branch}`, inputs: dispatch.given, workflow: loaded.path };
  await host.world.announce('workflow_dispatch', undefined, payload, repository, cause);
  await beginAttempt(host, run);
  return run;
}

/** Announces the attempt and lets it run; `run.done` settles with it. */
export async function beginAttempt(host: ActionsHost, run: RunRecord): Promise<void> {
  await tellRun(host, run, 'requested');
  run.done = executeRun(host, run).catch((error: unknown) => {
    host.world.errors.push(error);
    return endRun(host, run, 'failure');
  });
}
