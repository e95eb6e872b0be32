// Check runs that know their App, and commit statuses. emulate says `app: null` and takes any SHA.
import { checkRunJson } from './app-json.ts';
import type { Core, JsonObject, WorldAnswer, WorldRequest } from './contract.ts';
import type { Memory } from './memory.ts';
import { githubError, paginate } from './router.ts';
import type { CheckRunRow } from './rows.ts';

const REPO = '/repos/:owner/:repo';

export function installChecks(core: Core, memory: Memory, unblocked: (full: string) => Promise<void>): void {
  const { emulate } = core;
  const fullOf = (request: WorldRequest) => `${request.params.owner}/${request.params.repo}`;
  const isCommit = (full: string, sha: string) =>
    emulate
      .table('commits')
      .findBy('sha', sha)
      .some((c) => c.repo_id === core.repo(full)?.id);
  const shaOf = (full: string, ref: string): string | undefined => {
    const repoId = core.repo(full)?.id;
    const named = [ref, `refs/${ref}`, `refs/heads/${ref}`, `refs/tags/${ref}`];
    return isCommit(full, ref) ? ref : emulate.find('refs', (r) => r.repo_id === repoId && named.includes(r.ref))?.sha;
  };
  const show = async (full: string, id: number): Promise<JsonObject> => {
    const { json } = await core.as(core.adminToken, 'GET', `/repos/${full}/check-runs/${id}`);
    return checkRunJson(core, memory, full, json);
  };
  /** A conclusion alone means completed. */
  const concluded = (body: JsonObject) => (body.conclusion && !body.status ? { ...body, status: 'completed' } : body);

  async function shown(request: WorldRequest, answer: WorldAnswer): Promise<WorldAnswer> {
    const run = answer.json as { id?: number } | undefined;
    if (answer.status >= 300 || run?.id === undefined) return answer;
    return { status: answer.status, json: await show(fullOf(request), run.id) };
  }

  core.route('POST', `${REPO}/check-runs`, async (request) => {
    const full = fullOf(request);
    const sha = String(request.body.head_sha ?? '');
    if (!isCommit(full, sha)) return githubError(422, `No commit found for SHA: ${sha}`);
    const answer = await shown(request, await core.pass(request, { body: concluded(request.body) }));
    const run = answer.json as JsonObject;
    if (answer.status === 201 && run.status === 'completed') {
      await core.announce('check_run', 'completed', { check_run: run }, full, request.actor);
      await core.next(() => unblocked(full));
    }
    return answer;
  });

  core.route('PATCH', `${REPO}/check-runs/:id`, async (request) => {
    const maker = memory.checkApps.get(Number(request.params.id));
    if (maker !== undefined && maker !== request.actor.installation?.appId) {
      return githubError(
        403,
        `Invalid app_id \`${maker}\` - check run can only be modified by the GitHub App that created it.`,
      );
    }
    return shown(request, await core.pass(request, { body: concluded(request.body) }));
  });

  core.route('GET', `${REPO}/check-runs/:id`, async (request) => shown(request, await core.pass(request)));

  core.route('GET', `${REPO}/commits/:ref*/check-runs`, async (request) => {
    const full = fullOf(request);
    const sha = shaOf(full, request.params.ref ?? '');
    if (sha === undefined) return githubError(422, `No commit found for SHA: ${request.params.ref}`);
    const query = (name: string) => request.query.get(name);
    const all = emulate
      .table('check_runs')
      .findBy('repo_id', core.repo(full)?.id ?? 0)
      .filter((c) => c.head_sha === sha)
      .filter((c) => !query('check_name') || c.name === query('check_name'))
      .filter((c) => !query('status') || c.status === query('status'))
      .filter((c) => !query('app_id') || memory.checkApps.get(c.id) === Number(query('app_id')))
      .sort((a, b) => b.id - a.id);
    const list = query('filter') === 'all' ? all : latest(all);
    const { items, headers } = paginate(request, core.url, list);
    const check_runs = await Promise.all(items.map((run) => show(full, run.id)));
    return { status: 200, json: { total_count: list.length, check_runs }, headers };
  });

  /** The newest of each name and App; `runs` are newest first. */
  function latest(runs: CheckRunRow[]): CheckRunRow[] {
    const seen = new Set<string>();
    return runs.filter((run) => {
      const key = `${memory.checkApps.get(run.id)} ${run.name}`;
      return !seen.has(key) && seen.add(key);
    });
  }

  // A person presses a button of a check run: `check_run.requested_action`. Not a public API of GitHub.
  core.route('POST', '/_world/repos/:owner/:repo/check-runs/:id/actions', async (request) => {
    const check_run = await show(fullOf(request), Number(request.params.id));
    const requested_action = { identifier: request.body.identifier };
    await core.announce(
      'check_run',
      'requested_action',
      { check_run, requested_action },
      fullOf(request),
      request.actor,
    );
    return { status: 202, json: {} };
  });

  core.route('POST', `${REPO}/statuses/:sha`, async (request) => {
    const full = fullOf(request);
    const sha = request.params.sha ?? '';
    if (!isCommit(full, sha)) return githubError(422, `No commit found for SHA: ${sha}`);
    const { state, context = 'default', description = null, target_url = null } = request.body;
    const id = memory.nextId();
    const at = new Date().toISOString();
    const about = {
      id,
      state: String(state),
      context: String(context),
      description,
      target_url,
      created_at: at,
      updated_at: at,
    };
    const url = `${core.url}/repos/${full}/statuses/${sha}`;
    const json = {
      url,
      avatar_url: null,
      node_id: `SC_${id}`,
      ...about,
      creator: await core.personJson(request.actor),
    };
    memory.statuses.push({ repo: full, sha, json });
    const { json: commit } = await core.as(core.adminToken, 'GET', `/repos/${full}/commits/${sha}`);
    await core.announce('status', undefined, { ...about, sha, name: full, commit, branches: [] }, full, request.actor);
    await core.next(() => unblocked(full));
    return { status: 201, json };
  });

  core.route('GET', `${REPO}/commits/:ref*/status`, async (request) => {
    const full = fullOf(request);
    const sha = shaOf(full, request.params.ref ?? '');
    if (sha === undefined) return githubError(404, 'Not Found');
    const mine = memory.statuses.filter((s) => s.repo === full && s.sha === sha).map((s) => s.json);
    const statuses = [...new Map(mine.map((s) => [s.context, s])).values()];
    const any = (state: string) => statuses.some((s) => s.state === state);
    const state =
      any('failure') || any('error') ? 'failure' : any('pending') || statuses.length === 0 ? 'pending' : 'success';
    const { json: repository } = await core.as(core.adminToken, 'GET', `/repos/${full}`);
    const commit_url = `${core.url}/repos/${full}/commits/${sha}`;
    const urls = { commit_url, url: `${commit_url}/status` };
    return { status: 200, json: { state, statuses, sha, total_count: statuses.length, repository, ...urls } };
  });
}
