// Workflows that a push by the App would start with something worth stealing: secrets, a write token, a machine of one's own.
import { parse } from 'yaml';
import type { Repository } from '../../facts/repository.ts';
import type { Ports } from '../contract.ts';
import { gitRepo } from './git-access.ts';

const mostBytes = 262_144;
/** Events that a push to a branch, the pull request on it, or what follows from either starts. */
const startedByPush = [
  ...['push', 'create', 'pull_request', 'pull_request_target', 'merge_group'],
  ...['check_run', 'check_suite', 'status', 'workflow_run', 'deployment', 'deployment_status'],
];
/** Machines that are thrown away after the job; an expression, a list or a group may name any other. */
const hostedRunner = /^(ubuntu|windows|macos)-[a-z0-9.-]+$/;

/** Paths of workflow files at this commit; one that cannot be read counts as risky. */
export async function riskyWorkflows(
  ports: Pick<Ports, 'git' | 'serverUrl'>,
  repository: Repository,
  commit: string,
): Promise<string[]> {
  const repo = gitRepo(ports, repository);
  const files = (await ports.git.listTree(repo, commit)).filter(({ path }) =>
    /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path),
  );
  const contents = await ports.git.readBlobs(
    repo,
    files.map(({ blob }) => blob),
    mostBytes,
  );
  return files.filter(({ blob }) => isRisky(contents.get(blob)?.toString('utf8'))).map(({ path }) => path);
}

export function isRisky(text: string | undefined): boolean {
  if (text === undefined) return true;
  let workflow: { on?: unknown; permissions?: unknown; jobs?: unknown };
  try {
    workflow = parse(text, { maxAliasCount: 50 }) ?? {};
  } catch {
    // GitHub may read what we cannot: a file we do not understand is never harmless.
    return true;
  }
  const events =
    typeof workflow.on === 'string'
      ? [workflow.on]
      : Array.isArray(workflow.on)
        ? workflow.on
        : Object.keys(Object(workflow.on));
  if (!events.some((event) => startedByPush.includes(String(event)))) return false;
  // Any mention: an expression can reach a secret in more spellings than a pattern can list.
  return /\bsecrets\b/i.test(text) || jobsOf(workflow).some(isRiskyJob) || !hasReadOnlyToken(workflow);
}

/** Environments bring secrets of their own, and what a called workflow does is not in this file. */
const isRiskyJob = (job: Job): boolean =>
  job.environment !== undefined ||
  job.uses !== undefined ||
  typeof job['runs-on'] !== 'string' ||
  !hostedRunner.test(job['runs-on']);

type Job = { permissions?: unknown; environment?: unknown; uses?: unknown; 'runs-on'?: unknown };

const jobsOf = ({ jobs }: { jobs?: unknown }): Job[] => Object.values(Object(jobs)).map((job) => Object(job));

/** Without a `permissions` key the repository's default applies, which may be write: only a stated read counts. */
function hasReadOnlyToken(workflow: { permissions?: unknown; jobs?: unknown }): boolean {
  const rights = jobsOf(workflow).map(({ permissions }) => permissions ?? workflow.permissions);
  return rights.length > 0 && rights.every(readOnly);
}

const readOnly = (permissions: unknown): boolean =>
  permissions === 'read-all' ||
  (typeof permissions === 'object' &&
    permissions !== null &&
    Object.values(permissions).every((right) => right === 'read' || right === 'none'));
