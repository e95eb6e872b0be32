// The policy file as it stands at a commit that the mirror holds.
import { readPolicy } from '../../config/policy.ts';
import { Retryable } from '../../errors.ts';
import type { PolicyRead } from '../../facts/policy.ts';
import type { Repository } from '../../facts/repository.ts';
import type { Ports } from '../contract.ts';
import { branchRef, fetchRefs, gitRepo } from './git-access.ts';

export const policyPath = '.github/harness.yml';
const mostBytes = 262_144;

/** The policy in force: that of the default branch's tip, fetched now. Throws Retryable while that branch has no commit. */
export async function livePolicy(
  ports: Pick<Ports, 'git' | 'serverUrl' | 'reader' | 'writer'>,
  repository: Repository,
): Promise<PolicyRead> {
  const main = await ports.reader.defaultBranch(repository);
  const sha = (await fetchRefs(ports, repository, [branchRef(main)]))[branchRef(main)];
  if (!sha) throw new Retryable(`the default branch ${main} has no commit yet`);
  return policyAt(ports, repository, sha);
}

export async function policyAt(
  ports: Pick<Ports, 'git' | 'serverUrl'>,
  repository: Repository,
  commit: string,
): Promise<PolicyRead> {
  const repo = gitRepo(ports, repository);
  const entry = (await ports.git.listTree(repo, commit)).find(({ path }) => path === policyPath);
  if (!entry) return { status: 'absent' };
  const read = await ports.git.readBlob(repo, commit, policyPath, mostBytes);
  if (!read.ok) {
    return {
      status: 'broken',
      blob: entry.blob,
      problems: [{ line: 1, message: `the file cannot be read (${read.reason})` }],
    };
  }
  const policy = readPolicy(read.bytes.toString('utf8'));
  return policy.status === 'ok'
    ? { status: 'ok', policy: policy.policy, blob: entry.blob }
    : { status: 'broken', blob: entry.blob, problems: policy.problems };
}
