// One job: its folder, token, identity and environment, then its steps; nothing of it is left afterwards.

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Permissions } from '../contract.ts';
import { ACTIONS_APP } from '../seed.ts';
import { type ActionsHost, now } from './actions-host.ts';
import type { JobEnd } from './execute-run.ts';
import { type Contexts, fill, fillRecord } from './expressions.ts';
import { prepareMachine } from './job-environment.ts';
import { claimsOf, jobContext } from './job-identity.ts';
import { JobLog } from './job-log.ts';
import type { JobMachine } from './job-machine.ts';
import type { LoadedWorkflow } from './load-workflow.ts';
import { ProcessGroups } from './process-groups.ts';
import type { Conclusion, JobRecord, JobRow, RunRecord } from './run-record.ts';
import { runSteps } from './run-steps.ts';
import type { JobDefinition } from './workflow-file.ts';

export interface JobCall {
  id: string;
  job: JobDefinition;
  /** With the callers' names before it. */
  name: string;
  loaded: LoadedWorkflow;
  contexts: Contexts;
}

export async function runJob(host: ActionsHost, run: RunRecord, call: JobCall): Promise<JobEnd> {
  const log = new JobLog();
  const groups = new ProcessGroups(`github_${randomUUID()}`, log);
  const labels = [fill(call.job['runs-on'], call.contexts)].flat().map(String);
  const record: JobRecord = { row: createRow(host, run, call.name, labels), log, groups, summary: '' };
  run.jobs.push(record);
  const tell = (action: string, change: Partial<JobRow>) => {
    Object.assign(record.row, change);
    const payload = { action, workflow_job: { ...record.row, steps: [...record.row.steps] } };
    return host.world.announce('workflow_job', action, payload, run.repository, run.cause);
  };
  await tell('queued', {});
  const runner = { runner_id: 1, runner_name: 'world', runner_group_id: 1, runner_group_name: 'Default' };
  await tell('in_progress', { status: 'in_progress', started_at: now(), ...runner });
  const end = await runOnMachine(host, run, call, record);
  await tell('completed', { status: 'completed', conclusion: end.result, completed_at: now() });
  return end;
}

async function runOnMachine(host: ActionsHost, run: RunRecord, call: JobCall, record: JobRecord): Promise<JobEnd> {
  const { world } = host;
  const home = mkdtempSync(path.join(world.root, 'job-'));
  const permissions = call.loaded.permissions.get(call.id) ?? {};
  const token = grantToken(host, run, permissions);
  const labels = record.row.labels as string[];
  const identity =
    permissions.id_token === 'write' ? host.oidc.grant(...claimsOf(host, run, call, record.row.id, labels)) : undefined;
  const minutes = Number(fill(call.job['timeout-minutes'], call.contexts) ?? 360);
  let timedOut = false;
  const clock = setTimeout(() => {
    record.log.line(`##[error]The job has exceeded the maximum execution time of ${minutes} minutes`);
    timedOut = true;
    record.groups.stop(host.grace);
  }, minutes * 60_000);
  try {
    const machine = prepareMachine(host, run, call, record, { home, token, identity });
    machine.isCancelled = () => run.cancelled || timedOut;
    const contexts = { ...call.contexts, ...ownContexts(call, record, machine, token) };
    const steps = await runSteps(call.job.steps ?? [], { ...contexts, stepEnv: {} }, machine);
    record.summary = machine.summary;
    const conclusion: Conclusion = machine.progress.failed ? 'failure' : 'success';
    const result = machine.isCancelled() ? 'cancelled' : conclusion;
    return { result, outputs: fillRecord(call.job.outputs, { ...contexts, steps }) };
  } finally {
    clearTimeout(clock);
    await record.groups.cleanUp();
    identity?.revoke();
    world.revokeToken(token);
    rmSync(home, { recursive: true, force: true });
  }
}

function ownContexts(call: JobCall, record: JobRecord, machine: JobMachine, token: string): Contexts {
  return {
    github: { ...Object(call.contexts.github), token, job: call.id, workspace: machine.workspace },
    runner: { os: 'Linux', arch: 'X64', name: 'world', temp: machine.temp, environment: 'self-hosted' },
    job: jobContext(call.loaded, record.row.id),
    secrets: { ...Object(call.contexts.secrets), GITHUB_TOKEN: token },
  };
}

function grantToken(host: ActionsHost, run: RunRecord, permissions: Permissions): string {
  const repo = host.world.repo(run.repository);
  return host.world.grantToken({
    installationId: ACTIONS_APP.installationId,
    appId: ACTIONS_APP.id,
    accountId: repo?.owner_id ?? 0,
    accountType: repo?.owner_type ?? 'Organization',
    permissions,
    repositoryIds: repo ? [repo.id] : [],
    repositorySelection: 'selected',
  });
}

function createRow(host: ActionsHost, run: RunRecord, name: string, labels: string[]): JobRow {
  const id = host.newId();
  const url = `${host.world.url}/repos/${run.repository}`;
  return {
    id,
    run_id: run.row.id,
    run_attempt: run.row.run_attempt,
    run_url: run.row.url,
    workflow_name: run.row.name,
    head_branch: run.row.head_branch,
    head_sha: run.row.head_sha,
    node_id: `J_${id}`,
    name,
    labels,
    status: 'queued',
    conclusion: null,
    created_at: now(),
    started_at: now(),
    completed_at: null,
    steps: [],
    url: `${url}/actions/jobs/${id}`,
    html_url: `${run.row.html_url}/job/${id}`,
    check_run_url: `${url}/check-runs/${id}`,
    runner_id: null,
    runner_name: null,
    runner_group_id: null,
    runner_group_name: null,
  };
}
