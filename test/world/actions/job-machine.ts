// What the steps of one job share: its folders, log, processes and what earlier steps left behind.
import type { Contexts, Progress } from './expressions.ts';
import type { JobLog } from './job-log.ts';
import type { ProcessGroups } from './process-groups.ts';
import type { StepRow } from './run-record.ts';

/** An action that the host carries out itself. Throws where the action would fail. */
export type BuiltinAction = (inputs: Record<string, string>) => Promise<Record<string, string>>;

export interface JobMachine {
  /** GITHUB_WORKSPACE. */
  workspace: string;
  /** RUNNER_TEMP. */
  temp: string;
  log: JobLog;
  groups: ProcessGroups;
  /** PATH without what steps added, HOME, GITHUB_*, RUNNER_* and their like. */
  processEnv: Record<string, string>;
  /** The `env` context: workflow and job `env`, then what steps wrote to GITHUB_ENV. */
  env: Record<string, string>;
  /** Folders that steps put before PATH, newest first. */
  paths: string[];
  summary: string;
  progress: Progress;
  steps: StepRow[];
  defaults: { shell?: string; 'working-directory'?: string };
  isCancelled(): boolean;
  isForced(): boolean;
  builtins: Record<string, BuiltinAction>;
  /** The folder of `owner/name[/path]@ref`, fetched by git. */
  fetchAction(uses: string): Promise<string>;
}

export interface StepScope extends Contexts {
  /** `env` of this step and of the composite actions around it; wins over the job's. */
  stepEnv: Record<string, string>;
}

export interface StepEnd {
  conclusion: 'success' | 'failure';
  outputs: Record<string, string>;
}
