// `uses:` of a step: an action that the host knows itself, a composite action, or a node action (its `main` only).
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import YAML from 'yaml';
import { fillRecord, fillText } from './expressions.ts';
import type { JobMachine, StepEnd, StepScope } from './job-machine.ts';
import { runScript } from './run-script.ts';
import { runSteps } from './run-steps.ts';
import type { StepDefinition } from './workflow-file.ts';

interface ActionFile {
  inputs?: Record<string, { default?: unknown; required?: boolean } | null>;
  outputs?: Record<string, { value: string }>;
  runs: { using: string; main?: string; steps?: StepDefinition[] };
}

export async function runAction(
  uses: string,
  given: Record<string, unknown>,
  scope: StepScope,
  machine: JobMachine,
  depth: number,
): Promise<StepEnd> {
  const inputs = fillRecord(given, scope, machine.progress);
  machine.log.line(`##[group]Run ${uses}`);
  const builtin = machine.builtins[uses.split('@')[0] ?? ''];
  if (builtin) return { conclusion: 'success', outputs: await builtin(inputs) };
  const folder = uses.startsWith('./') ? path.join(machine.workspace, uses) : await machine.fetchAction(uses);
  const action = readAction(folder, uses);
  const defaults = Object.fromEntries(
    Object.entries(action.inputs ?? {}).map(([name, input]) => [name, input?.default ?? '']),
  );
  const all = { ...fillRecord(defaults, scope, machine.progress), ...inputs };
  const inner: StepScope = {
    ...scope,
    inputs: all,
    github: { ...Object(scope.github), action_path: folder },
    stepEnv: { ...scope.stepEnv, GITHUB_ACTION_PATH: folder },
  };
  if (action.runs.using === 'composite') return runComposite(action, inner, machine, depth);
  if (/^node\d+$/.test(action.runs.using)) return runNode(action, folder, all, inner, machine);
  throw new Error(`runs.using '${action.runs.using}' is not supported by the local Actions host`);
}

function readAction(folder: string, uses: string): ActionFile {
  const file = ['action.yml', 'action.yaml'].map((name) => path.join(folder, name)).find((name) => existsSync(name));
  if (!file)
    throw new Error(
      `Can't find 'action.yml' or 'action.yaml' under '${uses}'. Did you forget to run actions/checkout?`,
    );
  return YAML.parse(readFileSync(file, 'utf8')) as ActionFile;
}

async function runComposite(
  action: ActionFile,
  scope: StepScope,
  machine: JobMachine,
  depth: number,
): Promise<StepEnd> {
  const inner: JobMachine = { ...machine, progress: { failed: false, cancelled: false }, defaults: {}, summary: '' };
  const steps = await runSteps(action.runs.steps ?? [], scope, inner, depth + 1);
  machine.summary += inner.summary;
  const outputs = Object.entries(action.outputs ?? {}).map(([name, output]) => [
    name,
    fillText(output.value, { ...scope, steps }),
  ]);
  return { conclusion: inner.progress.failed ? 'failure' : 'success', outputs: Object.fromEntries(outputs) };
}

function runNode(
  action: ActionFile,
  folder: string,
  inputs: Record<string, string>,
  scope: StepScope,
  machine: JobMachine,
): Promise<StepEnd> {
  const named = Object.entries(inputs).map(([name, value]) => [
    `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
    value,
  ]);
  const main = JSON.stringify(path.join(folder, action.runs.main ?? ''));
  return runScript(machine, {
    text: `exec node ${main}`,
    shell: 'bash',
    cwd: machine.workspace,
    env: { ...machine.env, ...scope.stepEnv, ...Object.fromEntries(named) },
  });
}
