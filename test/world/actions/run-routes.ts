// Reading runs: lists with GitHub's filters, one run, its attempts, jobs and logs.
import type { WorldAnswer, WorldRequest } from '../contract.ts';
import { githubError, paginate } from '../router.ts';
import type { ActionsHost } from './actions-host.ts';
import { repositoryOf } from './dispatch-route.ts';
import type { JobRecord, RunRecord, RunRow } from './run-record.ts';

const base = '/repos/:owner/:repo/actions';
const notFound = githubError(404, 'Not Found');

export function findRun(host: ActionsHost, request: WorldRequest): RunRecord | undefined {
  const run = host.runs.get(Number(request.params.id));
  return run?.repository === repositoryOf(request) ? run : undefined;
}

export function routeRuns(host: ActionsHost): void {
  const { world } = host;
  const withRun = (read: (run: RunRecord, request: WorldRequest) => WorldAnswer) => (request: WorldRequest) => {
    const run = findRun(host, request);
    return run ? read(run, request) : notFound;
  };
  const jobsOf = (run: RunRecord, request: WorldRequest, keep: (job: JobRecord) => boolean): WorldAnswer => {
    const rows = run.jobs.filter(keep).map((job) => job.row);
    const { items, headers } = paginate(request, world.url, rows);
    return { status: 200, json: { total_count: rows.length, jobs: items }, headers };
  };
  world.route('GET', `${base}/runs`, (request) => listRuns(host, request));
  world.route('GET', `${base}/workflows/:id/runs`, (request) => {
    const { id = '' } = request.params;
    return listRuns(host, request, (row) => String(row.workflow_id) === id || row.path.endsWith(`/${id}`));
  });
  world.route(
    'GET',
    `${base}/runs/:id`,
    withRun((run) => ({ status: 200, json: run.row })),
  );
  world.route(
    'GET',
    `${base}/runs/:id/attempts/:attempt`,
    withRun((run, request) =>
      Number(request.params.attempt) === run.row.run_attempt ? { status: 200, json: run.row } : notFound,
    ),
  );
  world.route(
    'GET',
    `${base}/runs/:id/jobs`,
    withRun((run, request) =>
      jobsOf(
        run,
        request,
        (job) => request.query.get('filter') === 'all' || job.row.run_attempt === run.row.run_attempt,
      ),
    ),
  );
  world.route(
    'GET',
    `${base}/runs/:id/attempts/:attempt/jobs`,
    withRun((run, request) => jobsOf(run, request, (job) => job.row.run_attempt === Number(request.params.attempt))),
  );
  world.route('GET', `${base}/jobs/:job`, (request) => {
    const job = findJob(host, request);
    return job ? { status: 200, json: job.row } : notFound;
  });
  world.route('GET', `${base}/jobs/:job/logs`, (request) => {
    const job = findJob(host, request);
    return job ? { status: 302, headers: { location: `${world.url}/_logs/${job.row.id}` } } : notFound;
  });
  world.route('GET', '/_logs/:job', (request) => {
    const job = jobById(host, Number(request.params.job));
    return job
      ? { status: 200, raw: Buffer.from(job.log.text()), headers: { 'content-type': 'text/plain' } }
      : notFound;
  });
}

function jobById(host: ActionsHost, id: number): JobRecord | undefined {
  return [...host.runs.values()].flatMap((run) => run.jobs).find((job) => job.row.id === id);
}

function findJob(host: ActionsHost, request: WorldRequest): JobRecord | undefined {
  const runs = [...host.runs.values()].filter((run) => run.repository === repositoryOf(request));
  return runs.flatMap((run) => run.jobs).find((job) => job.row.id === Number(request.params.job));
}

function listRuns(host: ActionsHost, request: WorldRequest, keep: (row: RunRow) => boolean = () => true): WorldAnswer {
  const wants = (name: string, ...values: unknown[]) => {
    const wanted = request.query.get(name);
    return wanted === null || values.includes(wanted);
  };
  const rows = [...host.runs.values()]
    .filter((run) => run.repository === repositoryOf(request))
    .map((run) => run.row)
    .filter((row) => keep(row) && wants('event', row.event) && wants('branch', row.head_branch))
    .filter((row) => wants('head_sha', row.head_sha) && wants('status', row.status, row.conclusion))
    .filter(
      (row) =>
        wants('actor', Object(row.actor).login) && isWithin(String(row.created_at), request.query.get('created')),
    )
    .reverse();
  const { items, headers } = paginate(request, host.world.url, rows);
  return { status: 200, json: { total_count: rows.length, workflow_runs: items }, headers };
}

/** `created` as GitHub's date search: `>=x`, `<=x`, `>x`, `<x`, `x..y` or a plain date. */
function isWithin(created: string, range: string | null): boolean {
  if (range === null) return true;
  const at = Date.parse(created);
  const [, from, to] = /^(.+)\.\.(.+)$/.exec(range) ?? [];
  if (from && to) return at >= Date.parse(from) && at <= Date.parse(to);
  const [, sign = '', day = ''] = /^([<>]=?)?(.+)$/.exec(range) ?? [];
  const limit = Date.parse(day);
  if (sign === '>=') return at >= limit;
  if (sign === '<=') return at <= limit;
  if (sign === '>') return at > limit;
  return sign === '<' ? at < limit : created.startsWith(day);
}
