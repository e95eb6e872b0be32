// A run and its workflow as REST and webhooks show them.
import type { JsonObject } from '../contract.ts';
import { type ActionsHost, now } from './actions-host.ts';
import { fillText } from './expressions.ts';
import type { LoadedWorkflow } from './load-workflow.ts';
import type { RunRow } from './run-record.ts';
import type { Dispatch } from './start-run.ts';

/** The workflow as `GET actions/workflows/{id}` shows it; gives it an id on first sight. */
export function describeWorkflow(
  host: ActionsHost,
  repository: string,
  path: string,
  name: string | undefined,
): JsonObject & { id: number } {
  const key = `${repository} ${path}`;
  const id = host.workflows.get(key) ?? host.newId();
  host.workflows.set(key, id);
  const branch = host.world.repo(repository)?.default_branch;
  const shown = name ?? path;
  const server = `${host.world.url}/${repository}`;
  return {
    id,
    node_id: `W_${id}`,
    name: shown,
    path,
    state: 'active',
    created_at: now(),
    updated_at: now(),
    url: `${host.world.url}/repos/${repository}/actions/workflows/${id}`,
    html_url: `${server}/blob/${branch}/${path}`,
    badge_url: `${server}/workflows/${encodeURIComponent(shown)}/badge.svg`,
  };
}

export async function createRunRow(host: ActionsHost, { loaded, branch, inputs, cause }: Dispatch): Promise<RunRow> {
  const { world } = host;
  const { repository, path, sha, file } = loaded;
  const workflow = describeWorkflow(host, repository, path, file.name);
  const id = host.newId();
  const who = await world.personJson(cause);
  const shown = (await world.as(world.adminToken, 'GET', `/repos/${repository}`)).json;
  const github = {
    actor: who.login,
    ref: `refs/heads/${branch}`,
    ref_name: branch,
    sha,
    repository,
    event_name: 'workflow_dispatch',
  };
  const title =
    file['run-name'] === undefined ? '' : fillText(file['run-name'], { github, inputs, vars: host.variables });
  const earlier = [...host.runs.values()].filter((run) => run.row.workflow_id === workflow.id).length;
  return {
    id,
    name: file.name ?? path,
    node_id: `WFR_${id}`,
    head_branch: branch,
    head_sha: sha,
    path,
    display_title: title.trim() || (file.name ?? path),
    run_number: earlier + 1,
    event: 'workflow_dispatch',
    status: 'queued',
    conclusion: null,
    workflow_id: workflow.id,
    check_suite_id: host.newId(),
    check_suite_node_id: `CS_${id}`,
    html_url: `${world.url}/${repository}/actions/runs/${id}`,
    pull_requests: [],
    created_at: now(),
    updated_at: now(),
    actor: who,
    triggering_actor: who,
    run_attempt: 1,
    run_started_at: now(),
    referenced_workflows: referenced(loaded),
    ...links(world.url, repository, id, workflow.id),
    head_commit: await describeCommit(host, repository, sha),
    repository: shown,
    head_repository: shown,
  };
}

const referenced = (loaded: LoadedWorkflow): JsonObject[] =>
  [...loaded.calls.values()].flatMap((called) => [
    { path: `${called.repository}/${called.path}@${called.ref}`, sha: called.sha, ref: called.ref },
    ...referenced(called),
  ]);

function links(world: string, repository: string, id: number, workflow: number): JsonObject {
  const base = `${world}/repos/${repository}`;
  const url = `${base}/actions/runs/${id}`;
  return {
    url,
    previous_attempt_url: null,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${base}/check-suites/${id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: `${base}/actions/workflows/${workflow}`,
  };
}

async function describeCommit(host: ActionsHost, repository: string, sha: string): Promise<JsonObject> {
  const format = '--format=%T%x00%s%x00%cI%x00%an%x00%ae';
  const [tree_id, message, timestamp, name, email] = (await host.world.git(repository, ['log', '-1', format, sha]))
    .trim()
    .split('\0');
  return { id: sha, tree_id, message, timestamp, author: { name, email }, committer: { name, email } };
}
