// What a sweep reads: comments and issue events of an issue or a whole repository, and a branch with its commit.
import { appJson, labelJson } from './app-json.ts';
import type { Core, JsonObject, WorldRequest } from './contract.ts';
import { githubError, paginate } from './router.ts';
import type { IssueEventRow, RepoRow } from './rows.ts';

const REPO = '/repos/:owner/:repo';
/** emulate notes these as events, GitHub does not. */
const NO_EVENTS = new Set(['opened', 'edited']);

export function installHistoryRoutes(core: Core): void {
  const { emulate } = core;
  const fullOf = (request: WorldRequest) => `${request.params.owner}/${request.params.repo}`;

  core.route('GET', `${REPO}/issues/comments`, async (request) => {
    const repo = core.repo(fullOf(request));
    const since = request.query.get('since');
    const by = request.query.get('sort') === 'updated' ? 'updated_at' : 'created_at';
    const up = request.query.get('direction') === 'desc' ? -1 : 1;
    const rows = emulate
      .table('comments')
      .findBy('repo_id', repo?.id ?? 0)
      .filter((c) => c.comment_type === 'issue')
      .filter((c) => !since || Date.parse(c.updated_at) >= Date.parse(since))
      .sort((a, b) => up * (a[by].localeCompare(b[by]) || a.id - b.id));
    const { items, headers } = paginate(request, core.url, rows);
    const path = `/repos/${fullOf(request)}/issues/comments`;
    const json = await Promise.all(
      items.map(async (c) => (await core.as(core.adminToken, 'GET', `${path}/${c.id}`)).json),
    );
    return { status: 200, json, headers };
  });

  async function eventJson(repo: RepoRow, row: IssueEventRow): Promise<JsonObject> {
    const login = (id: number) => emulate.table('users').get(id)?.login ?? '';
    const actor = await core.personJson({ login: login(row.actor_id) });
    const assignee = row.assignee_id === null ? undefined : await core.personJson({ login: login(row.assignee_id) });
    const { name, color } = (row.label_name !== null && labelJson(core, repo, row.label_name)) || {};
    const bot = emulate.find('apps', (a) => `${a.slug}[bot]` === login(row.actor_id));
    return {
      id: row.id,
      node_id: row.node_id,
      url: `${core.url}/repos/${repo.full_name}/issues/events/${row.id}`,
      actor,
      event: row.event,
      commit_id: null,
      commit_url: null,
      created_at: row.created_at,
      performed_via_github_app: appJson(core, bot?.app_id),
      ...(row.label_name !== null && { label: { name: name ?? row.label_name, color: color ?? '' } }),
      ...(assignee && { assignee, assigner: actor }),
    };
  }

  for (const path of [`${REPO}/issues/:n/events`, `${REPO}/issues/events`]) {
    core.route('GET', path, async (request) => {
      const repo = core.repo(fullOf(request));
      if (!repo) return githubError(404, 'Not Found');
      const { n } = request.params;
      const rows = emulate
        .table('issue_events')
        .findBy('repo_id', repo.id)
        .filter((e) => !NO_EVENTS.has(e.event) && (n === undefined || e.issue_number === Number(n)))
        .sort((a, b) => (n === undefined ? b.id - a.id : a.id - b.id)); // of a repository: newest first
      const { items, headers } = paginate(request, core.url, rows);
      return { status: 200, json: await Promise.all(items.map((row) => eventJson(repo, row))), headers };
    });
  }

  core.route('GET', `${REPO}/branches/:branch*`, async (request) => {
    if (/\/protection(\/|$)/.test(request.params.branch ?? '')) return undefined;
    const full = fullOf(request);
    const answer = await core.pass(request);
    const branch = answer.json as JsonObject & { name: string; protected: boolean; commit: { sha: string } };
    if (answer.status !== 200) return answer;
    const { json: commit } = await core.as(core.adminToken, 'GET', `/repos/${full}/commits/${branch.commit.sha}`);
    const self = `${core.url}/repos/${full}/branches/${branch.name}`;
    const links = {
      _links: { self, html: `${core.url}/${full}/tree/${branch.name}` },
      protection_url: `${self}/protection`,
    };
    return { status: 200, json: { ...branch, commit, ...links, protection: { enabled: branch.protected } } };
  });

  core.route('GET', '/app', async (request) => {
    const answer = await core.pass(request);
    const app = answer.json as { id?: number };
    return answer.status === 200 ? { status: 200, json: { ...app, ...appJson(core, app.id) } } : answer;
  });
}
