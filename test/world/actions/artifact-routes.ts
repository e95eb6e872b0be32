// The artifacts of a run and their download, through a redirect as on GitHub.
import { githubError, paginate } from '../router.ts';
import type { ActionsHost } from './actions-host.ts';
import { repositoryOf } from './dispatch-route.ts';

const base = '/repos/:owner/:repo/actions';
const notFound = githubError(404, 'Not Found');

export function routeArtifacts(host: ActionsHost): void {
  const { world, artifacts } = host;
  world.route('GET', `${base}/runs/:id/artifacts`, (request) => {
    const name = request.query.get('name');
    const rows = [...artifacts.values()]
      .filter((one) => one.repository === repositoryOf(request) && one.run === Number(request.params.id))
      .filter((one) => name === null || one.name === name)
      .map((one) => one.row);
    const { items, headers } = paginate(request, world.url, rows);
    return { status: 200, json: { total_count: rows.length, artifacts: items }, headers };
  });
  world.route('GET', `${base}/artifacts/:id/zip`, (request) => {
    const found = artifacts.get(Number(request.params.id));
    if (found?.repository !== repositoryOf(request)) return notFound;
    return { status: 302, headers: { location: `${world.url}/_artifacts/${request.params.id}` } };
  });
  world.route('GET', '/_artifacts/:id', (request) => {
    const found = artifacts.get(Number(request.params.id));
    return found ? { status: 200, raw: found.bytes, headers: { 'content-type': 'application/zip' } } : notFound;
  });
}
