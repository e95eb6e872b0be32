// Puts the change of an inspected tree on another commit: whole files, in a box (trust.md 3).
import { realpathSync } from 'node:fs';
import { Retryable } from '../../src/errors.ts';
import { type BoxGit, lastWords, runInBox } from './box-git.ts';
import type { GitReader, GitWriter } from './contract.ts';
import type { Git } from './git-process.ts';
import { keepPack } from './keep-pack.ts';
import { sha } from './names.ts';
import { conflictCode, conflictingPaths, reapplyFunction } from './reapply.ts';

export type RebaseTools = { git: Git; reader: GitReader; box: BoxGit };

/** A line with the commit that carries the tree, then the pack that brings what is new in it. */
const script = `${reapplyFunction}
set -e
git init --quiet --bare --template=
git read-tree "$3"
reapply "$1" "$2"
commit=$(git commit-tree -p "$3" -m 'Rebased work of a run' "$(git write-tree)")
echo "$commit"
printf '%s\\n^%s\\n' "$commit" "$3" | git pack-objects --quiet --revs --stdout
`;

const seconds = 120;
/** Trees that change, and what the inspected change brought. */
const mostBytes = 128 * 1024 * 1024;

export const createRebase =
  ({ git, reader, box }: RebaseTools): GitWriter['rebase'] =>
  async ({ repo, start, tree, onto }) => {
    const result = await runInBox(box, {
      script,
      args: [sha(start), sha(tree), sha(onto)],
      objects: realpathSync(reader.directory(repo)),
      seconds,
      outputBytes: mostBytes,
    });
    if (result.exitCode === conflictCode)
      return { ok: false, reason: 'conflict', detail: conflictingPaths(result.stdout) };
    if (result.exitCode !== 0 || result.truncated)
      throw new Retryable(`The work could not be rebased: ${lastWords(result) || 'it took too long or is too large'}`);
    const end = result.stdout.indexOf('\n');
    const commit = sha(result.stdout.subarray(0, end).toString('latin1'));
    await keepPack({ git, reader }, repo, result.stdout.subarray(end + 1), commit);
    return { ok: true, tree: await reader.treeOf(repo, commit) };
  };
