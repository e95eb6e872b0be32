// The steps of a job or of a composite action, in order, with `if`, `continue-on-error` and cancel as on GitHub.
import path from 'node:path';
import { runAction } from './action-step.ts';
import { now } from './actions-host.ts';
import { fill, fillRecord, fillText, isTrue } from './expressions.ts';
import type { JobMachine, StepEnd, StepScope } from './job-machine.ts';
import type { Conclusion } from './run-record.ts';
import { runScript } from './run-script.ts';
import type { StepDefinition } from './workflow-file.ts';

export type StepsContext = Record<
  string,
  { outputs: Record<string, string>; outcome: Conclusion; conclusion: Conclusion }
>;

/** The `steps` context afterwards. A failed step shows in `machine.progress`. */
export async function runSteps(
  list: StepDefinition[],
  scope: StepScope,
  machine: JobMachine,
  depth = 0,
): Promise<StepsContext> {
  const steps: StepsContext = {};
  for (const [index, step] of list.entries()) {
    const started_at = now();
    const local: StepScope = { ...scope, steps, job: { ...Object(scope.job), status: statusOf(machine) } };
    const ended = await runStep(step, local, machine, depth);
    steps[step.id ?? `__${index}`] = ended;
    if (depth > 0) continue;
    machine.steps.push({
      name: nameOf(step, { ...local, env: machine.env }, machine),
      status: 'completed',
      conclusion: ended.conclusion,
      number: machine.steps.length + 1,
      started_at,
      completed_at: now(),
    });
  }
  return steps;
}

async function runStep(step: StepDefinition, scope: StepScope, machine: JobMachine, depth: number) {
  const { progress } = machine;
  progress.cancelled ||= machine.isCancelled();
  const around: StepScope = { ...scope, env: { ...machine.env, ...scope.stepEnv } };
  const stepEnv = { ...scope.stepEnv, ...fillRecord(step.env, around, progress) };
  const local: StepScope = { ...scope, stepEnv, env: { ...machine.env, ...stepEnv } };
  const skipped = { outputs: {}, outcome: 'skipped', conclusion: 'skipped' } as const;
  if (machine.isForced() || !isTrue(step.if, local, progress)) return skipped;

  const end = await attempt(step, local, machine, depth);
  let outcome: Conclusion = end.conclusion;
  if (machine.isCancelled() && !progress.cancelled) {
    progress.cancelled = true; // this step was interrupted; steps with always() or cancelled() still run
    outcome = 'cancelled';
  }
  const forgiven = outcome === 'failure' && fill(step['continue-on-error'], local, progress) === true;
  const conclusion = forgiven ? 'success' : outcome;
  if (conclusion === 'failure') progress.failed = true;
  return { outputs: end.outputs, outcome, conclusion };
}

async function attempt(step: StepDefinition, scope: StepScope, machine: JobMachine, depth: number): Promise<StepEnd> {
  const minutes = Number(fill(step['timeout-minutes'], scope, machine.progress) ?? 0);
  const clock = minutes ? setTimeout(() => machine.groups.kill(), minutes * 60_000) : undefined;
  try {
    if (step.uses !== undefined) return await runAction(step.uses, step.with ?? {}, scope, machine, depth);
    const cwd = fillText(
      step['working-directory'] ?? machine.defaults['working-directory'] ?? '.',
      scope,
      machine.progress,
    );
    return await runScript(machine, {
      text: fillText(step.run, scope, machine.progress),
      shell: step.shell ?? machine.defaults.shell,
      cwd: path.resolve(machine.workspace, cwd),
      env: { ...machine.env, ...scope.stepEnv },
    });
  } catch (error) {
    // a step that cannot be carried out fails, as on GitHub; the host itself goes on
    machine.log.line(`##[error]${error instanceof Error ? error.message : String(error)}`);
    return { conclusion: 'failure', outputs: {} };
  } finally {
    clearTimeout(clock);
  }
}

function nameOf(step: StepDefinition, scope: StepScope, machine: JobMachine): string {
  const fallback = step.uses === undefined ? `Run ${step.run?.split('\n')[0]}` : `Run ${step.uses}`;
  return fillText(step.name ?? fallback, scope, machine.progress);
}

const statusOf = (machine: JobMachine) =>
  machine.progress.cancelled ? 'cancelled' : machine.progress.failed ? 'failure' : 'success';
