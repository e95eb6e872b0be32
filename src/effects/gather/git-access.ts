// How effects reach one repository by git: its mirror, and tokens for nothing but this repository's contents.
import type { GitAuth, GitRepo } from '../../../adapters/git/contract.ts';
import type { Repository } from '../../facts/repository.ts';
import type { Ports } from '../contract.ts';

type GitPorts = Pick<Ports, 'writer' | 'serverUrl' | 'git'>;

export const gitRepo = ({ serverUrl }: Pick<Ports, 'serverUrl'>, { id, owner, name }: Repository): GitRepo => ({
  id: String(id),
  url: `${serverUrl}/${owner}/${name}.git`,
});

export const gitAuth =
  ({ writer }: Pick<Ports, 'writer'>, repository: Repository, access: 'read' | 'write'): GitAuth =>
  async () => ({ username: 'x-access-token', password: (await writer.gitAuth(repository, access)).token });

/** Fetches and answers where each ref stands; a ref that does not exist is undefined. */
export async function fetchRefs<const Ref extends string>(
  ports: GitPorts,
  repository: Repository,
  refs: readonly Ref[],
  shas: readonly string[] = [],
): Promise<Record<Ref, string | undefined>> {
  const found = await ports.git.mirror(gitRepo(ports, repository), gitAuth(ports, repository, 'read'), { refs, shas });
  return Object.fromEntries(refs.map((ref) => [ref, found[ref] ?? undefined])) as Record<Ref, string | undefined>;
}

export const branchRef = (branch: string): `refs/heads/${string}` => `refs/heads/${branch}`;
