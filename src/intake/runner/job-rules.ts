// What the claims of a job must be before its run is handed over (trust.md 8). Pure; every rule is one line of one table.
import type { RunnerKind } from '../../facts/policy.ts';
import type { JobClaims } from './identity.ts';

export type RunnerRules = {
  /**
   * Path of the reusable workflow, where `{owner}` stands for the repository's own: `{owner}/gantry/.github/workflows/gantry.yml`.
   * Runner groups of one organisation cannot list another's workflow, so each has a mirror.
   */
  reusable: string;
  /** The only commit that counts; absent: the one that the caller on the default branch pins, whichever it is. */
  reusableSha?: string;
  /** File name of the installed caller below `.github/workflows/`. */
  caller: string;
};

export type Expected = {
  rules: RunnerRules;
  /** Kinds of runner that the run's policy allows. */
  runners: readonly RunnerKind[];
  repositoryId: number;
  /** Absent while it is not known. */
  ownerId?: number | undefined;
  /** Owner and name of today. */
  fullName: string;
  defaultBranch: string;
  /** Account that dispatches: our App's bot. */
  botId: number;
  /** The workflow run that answered our dispatch; undefined until it was told. */
  workflowRun: number | undefined;
};

export type Mismatch = { claim: keyof JobClaims; must: string };

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Empty: the job is the one that we asked for. Names of repositories have no case on GitHub, refs have. */
export function mismatches(claims: JobClaims, expected: Expected): Mismatch[] {
  const { rules, runners, ownerId, workflowRun } = expected;
  const ref = `refs/heads/${expected.defaultBranch}`;
  const reusable = rules.reusable.replace('{owner}', expected.fullName.split('/')[0] ?? '');
  const pin = /@([0-9a-f]{40})$/.exec(claims.job_workflow_ref)?.[1];
  const callerPath = `${expected.fullName}/.github/workflows/${rules.caller}`;
  const table: readonly [keyof JobClaims, boolean, string][] = [
    ['repository_id', claims.repository_id === String(expected.repositoryId), "be the run's repository"],
    ['repository_owner_id', ownerId === undefined || claims.repository_owner_id === String(ownerId), 'be its owner'],
    ['repository', same(claims.repository, expected.fullName), `be ${expected.fullName}`],
    ['event_name', claims.event_name === 'workflow_dispatch', 'be workflow_dispatch'],
    ['ref', claims.ref === ref, `be ${ref}, the default branch`],
    ['workflow_ref', atRef(claims.workflow_ref, callerPath, ref), `be ${callerPath} at ${ref}`],
    [
      'job_workflow_ref',
      atRef(claims.job_workflow_ref, reusable) && pin !== undefined,
      `be ${reusable}, called by that file and pinned by its commit`,
    ],
    [
      'job_workflow_sha',
      claims.job_workflow_sha === (rules.reusableSha ?? pin ?? claims.job_workflow_sha),
      `be ${rules.reusableSha ?? 'the commit that the caller pins'}`,
    ],
    ['actor_id', claims.actor_id === String(expected.botId), 'be our bot: only Gantry starts runs'],
    ['run_attempt', claims.run_attempt === '1', 'be 1: "Re-run" is not supported, type /retry on the issue'],
    [
      'runner_environment',
      runners.some((allowed) => allowed === claims.runner_environment),
      `be ${runners.join(' or ')} (runners in .github/harness.yml)`,
    ],
    ['run_id', workflowRun === undefined || claims.run_id === String(workflowRun), 'be the workflow run we dispatched'],
  ];
  return table.flatMap(([claim, holds, must]) => (holds ? [] : [{ claim, must }]));
}

/** `path@ref`: the path without case, the ref exactly; any ref where none is named. */
function atRef(value: string, path: string, ref?: string): boolean {
  const at = value.indexOf('@');
  if (at < 0) return false;
  return same(value.slice(0, at), path) && (ref === undefined || value.slice(at + 1) === ref);
}
