// Issue dependencies, which emulate does not know: what an issue is blocked by, and the summary that an issue carries.
import type { Core, WorldRequest } from './contract.ts';
import { githubError, paginate } from './router.ts';
import type { IssueRow } from './rows.ts';

const ISSUE = '/repos/:owner/:repo/issues/:n';

export function installDependencyRoutes(core: Core): void {
  /** Issue id → ids of the issues that block it. */
  const blockers = new Map<number, number[]>();
  const { emulate } = core;
  const fullOf = (request: WorldRequest) => `${request.params.owner}/${request.params.repo}`;
  const rowOf = (request: WorldRequest): IssueRow | undefined => {
    const repoId = core.repo(fullOf(request))?.id;
    return emulate.find('issues', (row) => row.repo_id === repoId && row.number === Number(request.params.n));
  };
  const rowsOf = (issue: IssueRow): IssueRow[] =>
    (blockers.get(issue.id) ?? []).flatMap((id) => emulate.table('issues').get(id) ?? []);
  const jsonOf = async (row: IssueRow) => {
    const repository = emulate.table('repos').get(row.repo_id);
    const { json } = await core.as(core.adminToken, 'GET', `/repos/${repository?.full_name}/issues/${row.number}`);
    return { repository_url: `${core.url}/repos/${repository?.full_name}`, ...json };
  };

  core.route('GET', ISSUE, async (request) => {
    const row = rowOf(request);
    // `issues/comments` and `issues/events` are other routes'.
    if (!row) return undefined;
    const answer = await core.pass(request);
    if (answer.status !== 200) return answer;
    const rows = rowsOf(row);
    const open = rows.filter(({ state }) => state === 'open').length;
    const summary = { blocked_by: open, total_blocked_by: rows.length, blocking: 0, total_blocking: 0 };
    return { ...answer, json: { ...Object(answer.json), issue_dependencies_summary: summary } };
  });

  core.route('GET', `${ISSUE}/dependencies/blocked_by`, async (request) => {
    const row = rowOf(request);
    if (!row) return githubError(404, 'Not Found');
    const { items, headers } = paginate(request, core.url, rowsOf(row));
    return { status: 200, json: await Promise.all(items.map(jsonOf)), headers };
  });

  core.route('POST', `${ISSUE}/dependencies/blocked_by`, async (request) => {
    const row = rowOf(request);
    const other = emulate.table('issues').get(Number(request.body.issue_id));
    if (!row || !other) return githubError(404, 'Not Found');
    blockers.set(row.id, [...new Set([...(blockers.get(row.id) ?? []), other.id])]);
    return { status: 201, json: await jsonOf(row) };
  });
}
