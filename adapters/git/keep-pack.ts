// What came out of a box enters the mirror.
import type { GitReader, GitRepo } from './contract.ts';
import type { Git } from './git-process.ts';
import { strict } from './open-bundle.ts';

/** By the host's git, checked once more on the way; kept by a ref so that it can be read later. */
export const keepPack = async (
  { git, reader }: { git: Git; reader: GitReader },
  repo: GitRepo,
  pack: Buffer,
  commit: string,
): Promise<void> => {
  const directory = reader.directory(repo);
  await git.read({ directory, args: ['index-pack', '--stdin', '--fix-thin', strict], input: pack });
  await git.read({ directory, args: ['update-ref', `refs/gantry/keep/${commit}`, commit] });
};
