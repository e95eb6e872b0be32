// One attempt of a run: its jobs in the order of `needs`, reusable workflows inside, and the conclusion of it all.
import { type ActionsHost, now } from './actions-host.ts';
import { type Contexts, fill, fillRecord, fillText, isTrue } from './expressions.ts';
import { githubContext } from './github-context.ts';
import { inputsOfCall } from './inputs.ts';
import type { LoadedWorkflow } from './load-workflow.ts';
import { inGroup } from './run-control.ts';
import { runJob } from './run-job.ts';
import { endRun, tellRun } from './run-news.ts';
import type { Conclusion, RunRecord } from './run-record.ts';
import { type JobDefinition, triggerOf } from './workflow-file.ts';

export interface JobEnd {
  result: Conclusion;
  outputs: Record<string, string>;
}

/** What the jobs of one workflow file share. */
interface Level {
  loaded: LoadedWorkflow;
  contexts: Contexts;
  /** `caller / ` before the names of jobs of a reusable workflow. */
  prefix: string;
}

export async function executeRun(host: ActionsHost, run: RunRecord): Promise<void> {
  const { loaded, inputs } = run;
  const contexts: Contexts = { github: githubContext(host, run), inputs, vars: host.variables, secrets: host.secrets };
  const outcome = await inGroup(host, run, loaded.file.concurrency, contexts, async () => {
    Object.assign(run.row, { status: 'in_progress', updated_at: now() });
    await tellRun(host, run, 'in_progress');
    return runLevel(
      host,
      run,
      { loaded, contexts: { ...contexts, env: fillRecord(loaded.file.env, contexts) }, prefix: '' },
      {},
    );
  });
  await endRun(host, run, run.cancelled ? 'cancelled' : outcome);
}

async function runLevel(
  host: ActionsHost,
  run: RunRecord,
  level: Level,
  results: Record<string, JobEnd>,
): Promise<Conclusion> {
  const begun = new Map<string, Promise<void>>();
  const begin = (id: string): Promise<void> => {
    const known = begun.get(id);
    if (known) return known;
    const job = level.loaded.file.jobs[id];
    const needs = [job?.needs ?? []].flat();
    const ended = Promise.all(needs.map(begin)).then(async () => {
      if (job) results[id] = await runOne(host, run, level, id, job, pick(results, needs));
    });
    begun.set(id, ended);
    return ended;
  };
  await Promise.all(Object.keys(level.loaded.file.jobs).map(begin));
  const all = Object.values(results).map((end) => end.result);
  return all.includes('cancelled') ? 'cancelled' : all.includes('failure') ? 'failure' : 'success';
}

const pick = (results: Record<string, JobEnd>, names: string[]): Record<string, JobEnd> =>
  Object.fromEntries(names.flatMap((name) => (results[name] ? [[name, results[name]]] : [])));

async function runOne(
  host: ActionsHost,
  run: RunRecord,
  level: Level,
  id: string,
  job: JobDefinition,
  needs: Record<string, JobEnd>,
): Promise<JobEnd> {
  const contexts: Contexts = { ...level.contexts, needs };
  const progress = { failed: Object.values(needs).some((end) => end.result !== 'success'), cancelled: run.cancelled };
  if (run.forced) return { result: 'cancelled', outputs: {} };
  if (!isTrue(job.if, contexts, progress)) return { result: run.cancelled ? 'cancelled' : 'skipped', outputs: {} };
  const name = level.prefix + fillText(job.name ?? id, contexts);
  let outputs: Record<string, string> = {};
  const result = await inGroup(host, run, job.concurrency, contexts, async () => {
    const called = level.loaded.calls.get(id);
    const end = called
      ? await callWorkflow(host, run, job, called, contexts, name)
      : await runJob(host, run, { id, job, name, loaded: level.loaded, contexts });
    outputs = end.outputs;
    return end.result;
  });
  return { result, outputs };
}

/** A reusable workflow: its own inputs and secrets, the caller's `github`. */
async function callWorkflow(
  host: ActionsHost,
  run: RunRecord,
  job: JobDefinition,
  loaded: LoadedWorkflow,
  contexts: Contexts,
  name: string,
): Promise<JobEnd> {
  const trigger = triggerOf(loaded.file, 'workflow_call') ?? {};
  const inputs = inputsOfCall(trigger, Object(fill(job.with ?? {}, contexts)));
  const secrets = job.secrets === 'inherit' ? contexts.secrets : fillRecord(job.secrets, contexts);
  const inner: Contexts = { github: contexts.github, vars: contexts.vars, inputs, secrets };
  const level: Level = {
    loaded,
    contexts: { ...inner, env: fillRecord(loaded.file.env, inner) },
    prefix: `${name} / `,
  };
  const jobs: Record<string, JobEnd> = {};
  const result = await inGroup(host, run, loaded.file.concurrency, inner, () => runLevel(host, run, level, jobs));
  const outputs = Object.entries(trigger.outputs ?? {}).map(([key, output]) => [
    key,
    fillText(output.value, { ...inner, jobs }),
  ]);
  return { result, outputs: Object.fromEntries(outputs) };
}
