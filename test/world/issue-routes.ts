// Issues where emulate differs: pull requests are issues too, authors without triage may not set labels,
// `labeled` follows an issue that is opened with labels, and assignees work on both.
import { pullLink } from './app-json.ts';
import type { Core, JsonObject, WorldRequest } from './contract.ts';
import type { Pulls } from './pulls.ts';
import type { Rights } from './rights.ts';
import { atLeast } from './roles.ts';
import { githubError, paginate } from './router.ts';
import type { IssueRow, RepoRow } from './rows.ts';

const ISSUE = '/repos/:owner/:repo/issues/:n';
const FIELDS_OF_PULL = [
  'id node_id number title user labels state locked active_lock_reason assignee assignees milestone comments',
  'created_at updated_at closed_at body author_association draft',
]
  .join(' ')
  .split(' ');

export function installIssueRoutes(core: Core, rights: Rights, pulls: Pulls): void {
  const { emulate } = core;
  const fullOf = (request: WorldRequest) => `${request.params.owner}/${request.params.repo}`;
  const rowOf = (request: WorldRequest): IssueRow | undefined => {
    const repoId = core.repo(fullOf(request))?.id;
    return emulate.find('issues', (i) => i.repo_id === repoId && i.number === Number(request.params.n));
  };

  async function issueJson(full: string, row: IssueRow): Promise<JsonObject> {
    const url = `/repos/${full}/issues/${row.number}`;
    if (!row.is_pull_request) return (await core.as(core.adminToken, 'GET', url)).json;
    const pull = await pulls.json(full, row.number);
    const api = `${core.url}${url}`;
    return {
      ...Object.fromEntries(FIELDS_OF_PULL.map((name) => [name, pull[name] ?? null])),
      url: api,
      repository_url: `${core.url}/repos/${full}`,
      labels_url: `${api}/labels{/name}`,
      comments_url: `${api}/comments`,
      events_url: `${api}/events`,
      timeline_url: `${api}/timeline`,
      html_url: pull.html_url,
      state_reason: null,
      closed_by: null,
      performed_via_github_app: null,
      pull_request: pullLink(core, full, row.number),
    };
  }

  const mayLabel = (request: WorldRequest, repo: RepoRow) =>
    request.actor.kind === 'installation' || rights.can(request.actor, repo, 'triage', []);
  /** GitHub drops these silently when the author may not set them. */
  const withoutTriageFields = ({ labels, assignees, assignee, milestone, ...rest }: JsonObject) => rest;

  core.route('GET', ISSUE, async (request) => {
    const row = rowOf(request);
    return row?.is_pull_request ? { status: 200, json: await issueJson(fullOf(request), row) } : undefined;
  });

  core.route('PATCH', ISSUE, async (request) => {
    const row = rowOf(request);
    const repo = core.repo(fullOf(request));
    if (!row || !repo) return githubError(404, 'Not Found');
    const body = mayLabel(request, repo) ? request.body : withoutTriageFields(request.body);
    if (!row.is_pull_request) return core.pass(request, { body });
    const { labels, ...rest } = body;
    const path = `/repos/${fullOf(request)}`;
    if (labels)
      await core.pass(request, { method: 'PUT', path: `${path}/issues/${row.number}/labels`, body: { labels } });
    const answer = await core.pass(request, { path: `${path}/pulls/${row.number}`, body: rest });
    return answer.status === 200 ? { status: 200, json: await issueJson(fullOf(request), row) } : answer;
  });

  core.route('POST', '/repos/:owner/:repo/issues', async (request) => {
    const repo = core.repo(fullOf(request));
    if (!repo) return githubError(404, 'Not Found');
    const body = mayLabel(request, repo) ? request.body : withoutTriageFields(request.body);
    const answer = await core.pass(request, { body });
    const issue = answer.json as { number: number; labels: { name: string }[] };
    if (answer.status !== 201) return answer;
    for (const label of issue.labels) {
      await core.announce('issues', 'labeled', { issue: answer.json, label }, repo.full_name, request.actor);
    }
    return answer;
  });

  core.route('GET', '/repos/:owner/:repo/issues', async (request) => {
    const repo = core.repo(fullOf(request));
    if (!repo) return githubError(404, 'Not Found');
    const { items, headers } = paginate(request, core.url, sortIssues(request, filterIssues(request, repo)));
    const json = await Promise.all(items.map((row) => issueJson(repo.full_name, row)));
    return { status: 200, json, headers };
  });

  function filterIssues(request: WorldRequest, repo: RepoRow): IssueRow[] {
    const query = (name: string) => request.query.get(name) ?? '';
    const labels = query('labels').split(',').filter(Boolean);
    const names = (row: IssueRow) => row.label_ids.map((id) => emulate.table('labels').get(id)?.name);
    const idOf = (login: string) => core.userOf({ login })?.id;
    const state = query('state') || 'open';
    return emulate
      .table('issues')
      .findBy('repo_id', repo.id)
      .filter((row) => state === 'all' || row.state === state)
      .filter((row) => labels.every((label) => names(row).includes(label)))
      .filter((row) => !query('since') || Date.parse(row.updated_at) >= Date.parse(query('since')))
      .filter((row) => !query('creator') || row.user_id === idOf(query('creator')))
      .filter((row) => !query('assignee') || row.assignee_ids.some((id) => id === idOf(query('assignee'))));
  }

  // Assignees. Who cannot be assigned is left out silently, as on GitHub.
  for (const method of ['POST', 'DELETE']) {
    core.route(method, `${ISSUE}/assignees`, async (request) => {
      const row = rowOf(request);
      const repo = core.repo(fullOf(request));
      if (!row || !repo) return githubError(404, 'Not Found');
      const logins = (request.body.assignees ?? []) as string[];
      const assignable = logins.filter((login) => atLeast(rights.roleOf(login, repo), 'triage'));
      const ids = assignable.flatMap((login) => core.userOf({ login })?.id ?? []);
      const adding = method === 'POST';
      const changed = ids.filter((id) => row.assignee_ids.includes(id) !== adding);
      const kept = row.assignee_ids.filter((id) => !changed.includes(id));
      const assignee_ids = adding ? [...row.assignee_ids, ...changed] : kept;
      emulate.table('issues').update(row.id, { assignee_ids });
      const pull = pulls.find(repo.full_name, row.number);
      if (pull) emulate.table('pull_requests').update(pull.id, { assignee_ids });
      const json = await issueJson(repo.full_name, { ...row, assignee_ids });
      for (const id of changed) await tell(request, repo, row, id, adding ? 'assigned' : 'unassigned', json);
      return { status: adding ? 201 : 200, json };
    });
  }

  async function tell(
    request: WorldRequest,
    repo: RepoRow,
    row: IssueRow,
    id: number,
    action: string,
    issue: JsonObject,
  ) {
    const full = repo.full_name;
    const assignee = await core.personJson({ login: emulate.table('users').get(id)?.login ?? '' });
    if (!row.is_pull_request) return core.announce('issues', action, { issue, assignee }, full, request.actor);
    const pull_request = await pulls.json(full, row.number);
    return core.announce('pull_request', action, { number: row.number, pull_request, assignee }, full, request.actor);
  }
}

function sortIssues(request: WorldRequest, rows: IssueRow[]): IssueRow[] {
  const by = request.query.get('sort') ?? 'created';
  const up = request.query.get('direction') === 'asc' ? 1 : -1;
  const order = (a: IssueRow, b: IssueRow) =>
    by === 'comments'
      ? a.comments - b.comments
      : by === 'updated'
        ? a.updated_at.localeCompare(b.updated_at) || a.id - b.id
        : a.created_at.localeCompare(b.created_at) || a.id - b.id;
  return [...rows].sort((a, b) => up * order(a, b));
}
