// What every stage works with once the run is claimed.
import type { GitRepo, GitStore, WorkspaceGit } from '../../adapters/git/contract.ts';
import type { Sandbox } from '../../adapters/sandbox/contract.ts';
import type { Assignment, Submission } from '../facts/run.ts';
import type { RunSession } from './control-plane.ts';
import type { Evidence } from './evidence.ts';
import type { Halt } from './halt.ts';
import type { JobLog } from './job-log.ts';
import type { Place } from './place.ts';
import type { Adapters, Settings } from './ports.ts';
import type { Tracker } from './tracker.ts';

export type RunContext = {
  assignment: Assignment;
  settings: Settings;
  adapters: Adapters;
  session: RunSession;
  /** Of the run; the relay adds it to model requests. */
  token: string;
  place: Place;
  sandbox: Sandbox;
  store: GitStore;
  workspaces: WorkspaceGit;
  repo: GitRepo;
  halt: Halt;
  tracker: Tracker;
  log: JobLog;
  evidence: Evidence;
  /** Seconds until the run's wall clock ends. */
  secondsLeft(): number;
};

/** What a stage hands in; the rest of the submission is the same for all. */
export type StageResult = Pick<Submission, 'outcome' | 'bundle' | 'kept' | 'layers' | 'conversation'>;
