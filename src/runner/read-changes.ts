// What a branch changed, for rules that hold files by their names.
import type { ChangedFile, GitReader, GitRepo } from '../../adapters/git/contract.ts';
import { UserFixable } from '../errors.ts';

/** Throws UserFixable for a name that is not UTF-8: read as text it is another one, and no rule would reach the file. */
export async function readChanges(
  { store, repo }: { store: Pick<GitReader, 'changedFiles'>; repo: GitRepo },
  base: string,
  head: string,
): Promise<ChangedFile[]> {
  const changed = await store.changedFiles(repo, base, head);
  const unreadable = changed.find(({ path, status }) => status !== 'removed' && path.includes('\uFFFD'));
  if (unreadable) throw new UserFixable('name-not-utf8', { path: unreadable.path });
  return changed;
}
