// Deployments and their statuses; emulate has none.
import type { Core, JsonObject, WorldRequest } from './contract.ts';
import type { Git } from './git.ts';
import type { Memory } from './memory.ts';
import { githubError, paginate } from './router.ts';

const PATH = '/repos/:owner/:repo/deployments';

interface Deployment {
  full: string;
  json: JsonObject & { url: string; statuses_url: string; environment: string };
  /** Newest first. */
  statuses: JsonObject[];
}

export function installDeployments(core: Core, memory: Memory, git: Git): void {
  const deployments = new Map<number, Deployment>();
  const fullOf = (request: WorldRequest) => `${request.params.owner}/${request.params.repo}`;
  const find = (request: WorldRequest) => {
    const found = deployments.get(Number(request.params.id));
    return found?.full === fullOf(request) ? found : undefined;
  };

  core.route('POST', PATH, async (request) => {
    const full = fullOf(request);
    const { body } = request;
    const ref = String(body.ref ?? '');
    await git.toGit(full);
    const sha = await git.text(full, ['rev-parse', '--verify', '-q', `${ref}^{commit}`]).catch(() => undefined); // unknown
    if (sha === undefined) return githubError(422, `No ref found for: ${ref}`);
    const id = memory.nextId();
    const url = `${core.url}/repos/${full}/deployments/${id}`;
    const environment = String(body.environment ?? 'production');
    const at = new Date().toISOString();
    const json = {
      url,
      id,
      node_id: `DE_${id}`,
      sha,
      ref,
      task: body.task ?? 'deploy',
      payload: body.payload ?? {},
      original_environment: environment,
      environment,
      description: body.description ?? null,
      creator: await core.personJson(request.actor),
      created_at: at,
      updated_at: at,
      statuses_url: `${url}/statuses`,
      repository_url: `${core.url}/repos/${full}`,
      transient_environment: body.transient_environment === true,
      production_environment: body.production_environment ?? environment === 'production',
    };
    deployments.set(id, { full, json, statuses: [] });
    const payload = { deployment: json, workflow: null, workflow_run: null };
    await core.announce('deployment', 'created', payload, full, request.actor);
    return { status: 201, json };
  });

  core.route('GET', PATH, (request) => {
    const wanted = (name: 'environment' | 'sha' | 'ref' | 'task', d: Deployment) =>
      !request.query.get(name) || (d.json as JsonObject)[name] === request.query.get(name);
    const list = [...deployments.values()]
      .filter((d) => d.full === fullOf(request))
      .filter((d) => wanted('environment', d) && wanted('sha', d) && wanted('ref', d) && wanted('task', d))
      .map((d) => d.json)
      .reverse();
    const { items, headers } = paginate(request, core.url, list);
    return { status: 200, json: items, headers };
  });

  core.route('POST', `${PATH}/:id/statuses`, async (request) => {
    const deployment = find(request);
    if (!deployment) return githubError(404, 'Not Found');
    const { state, description = '', log_url = '', environment_url = '' } = request.body;
    const id = memory.nextId();
    const at = new Date().toISOString();
    const json = {
      url: `${deployment.json.statuses_url}/${id}`,
      id,
      node_id: `DES_${id}`,
      state,
      creator: await core.personJson(request.actor),
      description,
      environment: deployment.json.environment,
      target_url: log_url,
      log_url,
      environment_url,
      created_at: at,
      updated_at: at,
      deployment_url: deployment.json.url,
      repository_url: deployment.json.repository_url,
    };
    deployment.statuses.unshift(json);
    const payload = { deployment_status: json, deployment: deployment.json, workflow: null, workflow_run: null };
    await core.announce('deployment_status', 'created', payload, deployment.full, request.actor);
    return { status: 201, json };
  });

  core.route('GET', `${PATH}/:id/statuses`, (request) => {
    const deployment = find(request);
    return deployment ? { status: 200, json: deployment.statuses } : githubError(404, 'Not Found');
  });
}
