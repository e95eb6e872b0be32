// One workflow run and its jobs, as REST and webhooks show them (`row`) and as the host drives them.
import type { Cause, JsonObject } from '../contract.ts';
import type { JobLog } from './job-log.ts';
import type { LoadedWorkflow } from './load-workflow.ts';
import type { ProcessGroups } from './process-groups.ts';

export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';

export interface StepRow {
  name: string;
  status: 'completed';
  conclusion: Conclusion;
  number: number;
  started_at: string;
  completed_at: string;
}

export interface JobRow extends JsonObject {
  id: number;
  run_attempt: number;
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | null;
  steps: StepRow[];
}

export interface RunRow extends JsonObject {
  id: number;
  head_branch: string;
  head_sha: string;
  path: string;
  name: string;
  display_title: string;
  event: string;
  workflow_id: number;
  run_number: number;
  run_attempt: number;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | null;
}

export interface JobRecord {
  row: JobRow;
  log: JobLog;
  /** The job's own processes; empty before it starts and after it ended. */
  groups: ProcessGroups;
  /** What its steps wrote to GITHUB_STEP_SUMMARY. */
  summary: string;
}

export interface RunRecord {
  /** `owner/name` of the repository it runs for. */
  repository: string;
  row: RunRow;
  /** The workflow as webhooks show it. */
  workflowRow: JsonObject;
  loaded: LoadedWorkflow;
  /** Typed as declared, defaults filled in. */
  inputs: JsonObject;
  /** Who dispatched it; a re-run by somebody else changes only `triggering_actor`. */
  cause: Cause;
  /** Of all attempts. */
  jobs: JobRecord[];
  cancelled: boolean;
  /** force-cancel: not even always() steps run. */
  forced: boolean;
  /** Called once each on cancel: jobs that wait for a concurrency group give up. */
  onCancel: Set<() => void>;
  /** Settled when the newest attempt ended. */
  done: Promise<void>;
}
