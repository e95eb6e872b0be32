// The App's own view of its deliveries: /app/hook/deliveries, JWT only.
import type { Core, WorldRequest } from './contract.ts';
import type { Office } from './office.ts';
import { githubError } from './router.ts';

const notJwt = githubError(401, 'A JSON web token could not be decoded');

export function installDeliveryRoutes(core: Core, office: Office): void {
  /** The caller's App id, as emulate's JWT check says. */
  async function appOf(request: WorldRequest): Promise<number | undefined> {
    if (request.actor.kind !== 'app') return undefined;
    const me = await core.pass(request, { method: 'GET', path: '/app' });
    return me.status === 200 ? (me.json as { id: number }).id : undefined;
  }
  const find = (appId: number, id: string | undefined) =>
    office.log.find((d) => d.letter.app.app_id === appId && d.row.id === Number(id));

  core.route('GET', '/app/hook/deliveries', async (request) => {
    const appId = await appOf(request);
    if (appId === undefined) return notJwt;
    const size = Math.min(100, Number(request.query.get('per_page') ?? 30));
    const status = request.query.get('status');
    const cursor = request.query.get('cursor');
    if (cursor && !/^v1_\d+$/.test(cursor)) return githubError(422, 'Invalid cursor');
    const all = office.log
      .filter((d) => d.letter.app.app_id === appId)
      .filter((d) => !status || d.row.status_code < 400 === (status === 'success'))
      .filter((d) => !cursor || d.row.id < Number(cursor.slice(3)))
      .reverse();
    const page = all.slice(0, size).map((d) => d.row);
    const query = new URLSearchParams({
      per_page: String(size),
      ...(status ? { status } : {}),
      cursor: `v1_${page.at(-1)?.id}`,
    });
    const more = all.length > size ? { link: `<${core.url}/app/hook/deliveries?${query}>; rel="next"` } : undefined;
    return { status: 200, json: page, ...(more && { headers: more }) };
  });

  core.route('GET', '/app/hook/deliveries/:id', async (request) => {
    const appId = await appOf(request);
    if (appId === undefined) return notJwt;
    const delivery = find(appId, request.params.id);
    if (!delivery) return githubError(404, 'Not Found');
    const { row, letter, request: sent, response } = delivery;
    return { status: 200, json: { ...row, url: letter.app.webhook_url, request: sent, response } };
  });

  core.route('POST', '/app/hook/deliveries/:id/attempts', async (request) => {
    const appId = await appOf(request);
    if (appId === undefined) return notJwt;
    const delivery = find(appId, request.params.id);
    if (!delivery) return githubError(404, 'Not Found');
    office.redeliver(delivery);
    return { status: 202, json: {} };
  });
}
