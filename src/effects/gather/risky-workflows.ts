// Workflows that a push by the App would start with something worth stealing: secrets, an identity token, a write token.
import { parse } from 'yaml';
import type { Repository } from '../../facts/repository.ts';
import type { Ports } from '../contract.ts';
import { gitRepo } from './git-access.ts';

const mostBytes = 262_144;
/** Events that a push to a branch, or the pull request on it, starts. */
const startedByPush = ['push', 'pull_request', 'pull_request_target', 'create'];

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
  return text.includes('secrets.') || /secrets:\s*inherit/.test(text) || !hasReadOnlyToken(workflow);
}

/** Without a `permissions` key the repository's default applies, which may be write: only a stated read counts. */
function hasReadOnlyToken(workflow: { permissions?: unknown; jobs?: unknown }): boolean {
  const jobs = Object.values(Object(workflow.jobs)).map((job) => Object(job).permissions ?? workflow.permissions);
  return jobs.length > 0 && jobs.every(readOnly);
}

const readOnly = (permissions: unknown): boolean =>
  permissions === 'read-all' ||
  (typeof permissions === 'object' &&
    permissions !== null &&
    Object.values(permissions).every((right) => right === 'read' || right === 'none'));
