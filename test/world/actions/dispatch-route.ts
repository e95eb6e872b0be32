// POST workflows/{id}/dispatches with GitHub's refusals, and the list of workflows.
import type { JsonObject, WorldAnswer, WorldRequest } from '../contract.ts';
import { githubError, paginate } from '../router.ts';
import type { ActionsHost } from './actions-host.ts';
import { inputsOfDispatch } from './inputs.ts';
import { loadWorkflow, quiet, resolveRef } from './load-workflow.ts';
import { describeWorkflow } from './run-row.ts';
import { startRun } from './start-run.ts';
import { readWorkflow, triggerOf } from './workflow-file.ts';

const base = '/repos/:owner/:repo/actions/workflows';
export const repositoryOf = (request: WorldRequest): string => `${request.params.owner}/${request.params.repo}`;

export function routeDispatches(host: ActionsHost): void {
  const { world } = host;
  world.route('POST', `${base}/:id/dispatches`, (request) => dispatch(host, request));
  world.route('GET', base, async (request) => {
    const list = await workflowsOf(host, repositoryOf(request));
    const { items, headers } = paginate(request, world.url, list);
    return { status: 200, json: { total_count: list.length, workflows: items }, headers };
  });
  world.route('GET', `${base}/:id`, async (request) => {
    const list = await workflowsOf(host, repositoryOf(request));
    const found = list.find((one) => matches(one, request.params.id ?? ''));
    return found ? { status: 200, json: found } : githubError(404, 'Not Found');
  });
}

const matches = (workflow: JsonObject, id: string) =>
  String(workflow.id) === id || workflow.path === id || workflow.path === `.github/workflows/${id}`;

/** Of the default branch, as on GitHub. */
async function workflowsOf(host: ActionsHost, repository: string): Promise<(JsonObject & { path: string })[]> {
  const branch = host.world.repo(repository)?.default_branch;
  const listed = await quiet(host.world, repository, ['ls-tree', '--name-only', `${branch}:.github/workflows`]);
  const files = (listed ?? '').split('\n').filter((name) => /\.ya?ml$/.test(name));
  return Promise.all(
    files.map(async (name) => {
      const path = `.github/workflows/${name}`;
      const content = await quiet(host.world, repository, ['show', `${branch}:${path}`]);
      const read = readWorkflow(path, content ?? '');
      return { ...describeWorkflow(host, repository, path, 'file' in read ? read.file.name : undefined), path };
    }),
  );
}

async function dispatch(host: ActionsHost, request: WorldRequest): Promise<WorldAnswer> {
  const repository = repositoryOf(request);
  const known = (await workflowsOf(host, repository)).find((one) => matches(one, request.params.id ?? ''));
  if (!known) return githubError(404, 'Not Found');
  const { ref, inputs: given = {}, return_run_details } = request.body;
  if (typeof ref !== 'string' || ref === '') return githubError(422, 'Invalid request.\n\n"ref" wasn\'t supplied.');
  const sha = await resolveRef(host.world, repository, ref);
  if (sha === undefined || /^[0-9a-f]{40}$/.test(ref)) return githubError(422, `No ref found for: ${ref}`);
  const branch = ref.replace(/^refs\/(heads|tags)\//, '');
  const loaded = await loadWorkflow(host.world, { repository, path: known.path, ref: `refs/heads/${branch}`, sha });
  if ('problem' in loaded) return githubError(422, `Failed to parse workflow: ${loaded.problem}`);
  const trigger = triggerOf(loaded.file, 'workflow_dispatch');
  if (!trigger) return githubError(422, "Workflow does not have 'workflow_dispatch' trigger");
  const read = inputsOfDispatch(trigger, Object(given));
  if ('problem' in read) return githubError(422, read.problem);
  const cause = { ...request.actor, login: request.actor.login ?? '' };
  const run = await startRun(host, { loaded, branch, inputs: read.inputs, given: Object(given), cause });
  if (return_run_details !== true) return { status: 204 };
  return { status: 200, json: { workflow_run_id: run.row.id, run_url: run.row.url, html_url: run.row.html_url } };
}
