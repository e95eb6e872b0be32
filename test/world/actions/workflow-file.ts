// A workflow file: validated by GitHub's own parser, read as plain YAML.
import YAML from 'yaml';
import { NoOperationTraceWriter, parseWorkflow } from './actions-packages.ts';

export interface StepDefinition {
  id?: string;
  name?: string;
  if?: unknown;
  run?: string;
  uses?: string;
  with?: Record<string, unknown>;
  env?: Record<string, unknown>;
  shell?: string;
  'working-directory'?: string;
  'continue-on-error'?: unknown;
  'timeout-minutes'?: unknown;
}

export type PermissionsDefinition = string | Record<string, string>;
export type ConcurrencyDefinition = string | { group: string; 'cancel-in-progress'?: unknown };

export interface JobDefinition {
  name?: string;
  if?: unknown;
  needs?: string | string[];
  'runs-on'?: unknown;
  uses?: string;
  with?: Record<string, unknown>;
  secrets?: 'inherit' | Record<string, unknown>;
  permissions?: PermissionsDefinition;
  env?: Record<string, unknown>;
  outputs?: Record<string, string>;
  defaults?: { run?: { shell?: string; 'working-directory'?: string } };
  concurrency?: ConcurrencyDefinition;
  environment?: string | { name: string };
  'timeout-minutes'?: unknown;
  'continue-on-error'?: unknown;
  strategy?: unknown;
  steps?: StepDefinition[];
}

export interface InputDefinition {
  required?: boolean;
  default?: unknown;
  type?: string;
  options?: unknown[];
}

export interface TriggerDefinition {
  inputs?: Record<string, InputDefinition>;
  outputs?: Record<string, { value: string }>;
  secrets?: Record<string, { required?: boolean } | null>;
}

export interface WorkflowFile {
  name?: string;
  'run-name'?: string;
  on: string | string[] | Record<string, TriggerDefinition | null>;
  permissions?: PermissionsDefinition;
  env?: Record<string, unknown>;
  defaults?: JobDefinition['defaults'];
  concurrency?: ConcurrencyDefinition;
  jobs: Record<string, JobDefinition>;
}

/** `problem` is GitHub's own sentence. */
export function readWorkflow(path: string, content: string): { file: WorkflowFile } | { problem: string } {
  const result = parseWorkflow({ name: path, content }, new NoOperationTraceWriter());
  const [error] = result.context.errors.getErrors();
  if (error) return { problem: error.message };
  const file = YAML.parse(content) as WorkflowFile;
  if (Object.values(file.jobs).some((job) => job.strategy !== undefined)) {
    return { problem: 'strategy is not supported by the local Actions host' };
  }
  return { file };
}

/** The trigger's settings, empty where it has none; undefined where the file does not name it. */
export function triggerOf(file: WorkflowFile, event: string): TriggerDefinition | undefined {
  if (typeof file.on === 'string') return file.on === event ? {} : undefined;
  if (Array.isArray(file.on)) return file.on.includes(event) ? {} : undefined;
  return event in file.on ? (file.on[event] ?? {}) : undefined;
}
