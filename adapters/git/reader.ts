// Reads commits, trees and blobs from the mirror; nothing here talks to the remote.
import { Bug, Permanent } from '../../src/errors.ts';
import type { BlobRead, GitReader, GitRepo } from './contract.ts';
import type { Git } from './git-process.ts';
import { isPresent } from './mirror.ts';
import { mirrorDirectory, sha } from './names.ts';
import { parseBatch, parseRawDiff, parseTree, treeLine } from './parse.ts';
import { addedLines, looksBinary } from './text-diff.ts';

const mostEntries = 500_000;
/** A larger binary file is not read as lines. */
const mostBinary = 1_000_000;
/** Rename detection compares contents pairwise; above this many candidates git only finds exact ones. */
const renameLimit = 1_000;

export const rawDiffArguments = (base: string, head: string): string[] => [
  ...['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '-M', `-l${renameLimit}`],
  ...['--no-ext-diff', '--no-textconv', sha(base), sha(head)],
];

export const createReader = (git: Git, dataDir: string): GitReader => {
  const directoryOf: GitReader['directory'] = (repo) => mirrorDirectory(dataDir, repo);

  const readBlobs: GitReader['readBlobs'] = async (repo, blobs, maxBytes) => {
    const directory = directoryOf(repo);
    const wanted = [...new Set(blobs.map(sha))];
    const ask = (names: readonly string[]) => names.map((name) => `${name}\n`).join('');
    const checked = await git.read({ directory, args: ['cat-file', '--batch-check'], input: ask(wanted) });
    const small = new Map<string, number>();
    for (const line of checked.toString('latin1').split('\n')) {
      const [name, type, size] = line.split(' ');
      if (name === undefined || size === undefined) continue;
      if (type === 'blob' && Number(size) <= maxBytes) small.set(name, Number(size));
    }
    const total = [...small.values()].reduce((sum, size) => sum + size + 100, 0);
    const args = ['cat-file', '--batch'];
    const output = await git.read({ directory, args, input: ask([...small.keys()]), maxBytes: total });
    return new Map([...parseBatch(output)].map(([name, { bytes }]) => [name, bytes]));
  };

  const readBlob: GitReader['readBlob'] = async (repo, commit, path, maxBytes): Promise<BlobRead> => {
    if (path === '' || path.includes('\0')) throw new Bug('A path is not empty and holds no NUL.');
    const args = ['ls-tree', '-z', '--full-tree', sha(commit), '--', path];
    const [line] = (await git.read({ directory: directoryOf(repo), args, bounded: true }))
      .toString('latin1')
      .split('\0');
    if (!line) return { ok: false, reason: 'missing' };
    const entry = treeLine(Buffer.from(line, 'latin1'));
    if (!/^1[02]0/.test(entry.mode)) return { ok: false, reason: 'not_a_file' };
    const bytes = (await readBlobs(repo, [entry.blob], maxBytes)).get(entry.blob);
    return bytes === undefined ? { ok: false, reason: 'too_large' } : { ok: true, bytes, mode: entry.mode };
  };

  /** A few hundred bytes of trees can name millions of paths: `ls-tree` writes as it walks, so it can be stopped. */
  const walk = (repo: GitRepo, commit: string, ...options: string[]) => {
    const args = ['ls-tree', '-r', '-z', ...options, '--full-tree', sha(commit)];
    return git.read({ directory: directoryOf(repo), args, bounded: true, maxFields: mostEntries });
  };

  const changedFiles: GitReader['changedFiles'] = async (repo, base, head) => {
    // A diff collects everything before it writes: the head, which anyone may have made, is counted first.
    await walk(repo, head, '--name-only');
    const args = rawDiffArguments(base, head);
    return parseRawDiff(await git.read({ directory: directoryOf(repo), args, bounded: true }));
  };

  const readTextDiff: GitReader['readTextDiff'] = async (repo, base, head, maxBytes) => {
    const files = (await changedFiles(repo, base, head)).filter(
      ({ newBlob, newMode }) => newBlob && newMode !== '160000',
    );
    const diff: Awaited<ReturnType<GitReader['readTextDiff']>> = { lines: [], skipped: [] };
    let left = maxBytes;
    for (const { path, oldBlob, newBlob } of files) {
      if (newBlob === null || newBlob === oldBlob) continue;
      const blobs = await readBlobs(repo, oldBlob === null ? [newBlob] : [newBlob, oldBlob], Math.max(left, 0));
      const bytes = blobs.get(newBlob);
      if (bytes === undefined) diff.skipped.push({ path, why: 'too_large' });
      else if (looksBinary(bytes) && bytes.length > mostBinary) diff.skipped.push({ path, why: 'binary' });
      else {
        const added = addedLines(path, oldBlob === null ? undefined : blobs.get(oldBlob), bytes);
        // Not spread: a file may have more lines than a call may have arguments.
        for (const line of added) diff.lines.push(line);
      }
      left -= bytes?.length ?? 0;
    }
    return diff;
  };

  return {
    directory: directoryOf,
    readBlob,
    readBlobs,
    changedFiles,
    readTextDiff,
    has: (repo, commit) => isPresent(git, directoryOf(repo), commit),
    async listTree(repo, commit) {
      return parseTree(await walk(repo, commit, '-l'));
    },
    async treeOf(repo, commit) {
      const args = ['rev-parse', '--verify', '--end-of-options', `${sha(commit)}^{tree}`];
      return sha((await git.read({ directory: directoryOf(repo), args })).toString('utf8').trim());
    },
    async mergeBase(repo, a, b) {
      const { code, stdout, stderr } = await git.run({
        directory: directoryOf(repo),
        args: ['merge-base', sha(a), sha(b)],
      });
      if (code === 1) return null;
      if (code !== 0) throw new Permanent(`git merge-base failed (${code}): ${stderr.trim()}`);
      return sha(stdout.toString('utf8').trim());
    },
    async isAncestor(repo, ancestor, descendant) {
      const args = ['merge-base', '--is-ancestor', sha(ancestor), sha(descendant)];
      const { code, stderr } = await git.run({ directory: directoryOf(repo), args });
      if (code > 1) throw new Permanent(`git merge-base failed (${code}): ${stderr.trim()}`);
      return code === 0;
    },
  };
};
