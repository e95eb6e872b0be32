// The runner's git: puts a commit into a workspace and takes the result out, always in a box and with a repository of ours.
import { realpathSync } from 'node:fs';
import { Bug } from '../../src/errors.ts';
import { type BoxGit, lastWords, runInBox } from './box-git.ts';
import { readBundleHeader } from './bundle-header.ts';
import type { Collected, DiffStat, HeldFile, Materialised, WorkspaceGit } from './contract.ts';
import { sha } from './names.ts';
import { conflictCode, conflictingPaths, reapplyFunction } from './reapply.ts';

/** Attributes of the repository itself win over the workspace's: no line ending, filter or keyword changes a byte. */
const prepare = `
set -e
env -u GIT_WORK_TREE git init --quiet --bare --template=
mkdir -p "$GIT_DIR/info"
echo '* -text -eol -filter -ident -working-tree-encoding' > "$GIT_DIR/info/attributes"
git config core.bare false
git config core.fileMode true
git config core.symlinks true
git config core.hooksPath /dev/null
git config core.fsmonitor false
git config core.excludesFile /dev/null
`;

const checkoutScript = `${prepare}
if [ "$3" = pack ]; then git index-pack --stdin --fix-thin > /dev/null; fi
git read-tree "$1"
shown="$1"
if [ "$4" = held ]; then
  git update-index -z --index-info
  shown=$(git commit-tree -m 'What a run starts from' "$(git write-tree)")
fi
git checkout-index --all --force
if [ "$2" = repository ]; then
  git rev-list --objects --no-walk "$shown" | cut -c1-40 > "$TMPDIR/objects"
  own="$GIT_WORK_TREE/.git"
  unset GIT_WORK_TREE
  GIT_DIR="$own" GIT_ALTERNATE_OBJECT_DIRECTORIES= git init --quiet --bare --template=
  git pack-objects --quiet --stdout < "$TMPDIR/objects" |
    GIT_DIR="$own" GIT_ALTERNATE_OBJECT_DIRECTORIES= git index-pack --stdin > /dev/null
  export GIT_DIR="$own"
  unset GIT_ALTERNATE_OBJECT_DIRECTORIES
  echo "$shown" > "$own/shallow"
  git config core.bare false
  git update-ref HEAD "$shown"
  git read-tree "$shown"
fi
`;

/**
 * What the workspace changed of what it was shown, on top of the start commit. Then a line each: the
 * tree; the commit, empty when nothing changed; four counts of files and git's own short statistics; the bytes of the patch. Then the patch, then the bundle.
 */
const collectScript = `${prepare}${reapplyFunction}
git read-tree "$1"
git update-index -z --index-info
shown=$(git write-tree)
git add --all -- .
reapply "$shown" "$1^{tree}"
tree=$(git write-tree)
if [ "$tree" = "$(git rev-parse "$1^{tree}")" ]; then printf '%s\\n\\n' "$tree"; exit 0; fi
commit=$(git commit-tree -p "$1" -m 'Work of a run' "$tree")
git update-ref refs/heads/work "$commit"
git diff-tree -p --binary --full-index --no-renames --no-ext-diff --no-textconv --no-color "$1" "$commit" > "$TMPDIR/patch"
if [ "$(wc -c < "$TMPDIR/patch")" -gt "$2" ]; then : > "$TMPDIR/patch"; fi
files() { git diff-tree -r --no-renames --name-only --diff-filter="$1" "$start" "$commit" | wc -l; }
start="$1"
stat="$(files A) $(files M) $(files D) $(files amd) $(git diff-tree -r --no-renames --shortstat "$start" "$commit")"
printf '%s\\n%s\\n%s\\n%s\\n' "$tree" "$commit" "$stat" "$(wc -c < "$TMPDIR/patch")"
cat "$TMPDIR/patch"
git bundle create --quiet --version=2 - refs/heads/work "^$1"
`;

const pack = (bundle: Buffer): Buffer => {
  const header = readBundleHeader(bundle);
  if (!header.ok) throw new Bug('Only a bundle that passed inspection is checked out.');
  return header.pack;
};

const tooLarge = (maxBytes: number): Collected => ({
  ok: false,
  reason: 'too_large',
  detail: `The changes are larger than ${maxBytes} bytes.`,
});

/** As `git update-index --index-info` reads it; no mode is no file. */
const indexInfo = (held: readonly HeldFile[], like: string): Buffer =>
  Buffer.from(
    held.map(({ path, at }) => `${at?.mode ?? '0'} ${at?.blob ?? '0'.repeat(like.length)}\t${path}\0`).join(''),
  );

const diffStat = (line: string): DiffStat => {
  const [added = 0, modified = 0, removed = 0, other = 0] = line.split(/\s+/).map(Number);
  const lines = (of: RegExp) => Number(of.exec(line)?.[1] ?? 0);
  return {
    ...{ added, modified, removed, other },
    lines: { added: lines(/(\d+) insertion/), removed: lines(/(\d+) deletion/) },
  };
};

const defaultSeconds = 300;
/** Room for the lines before the patch. */
const headBytes = 200;

export const createWorkspaceGit = (box: BoxGit): WorkspaceGit => ({
  async checkout({
    bare,
    commit,
    workspace,
    bundle,
    held = [],
    repository = false,
    seconds = defaultSeconds,
  }): Promise<Materialised> {
    if (bundle !== undefined && held.length > 0) throw new Bug('A bundle is checked out as it is.');
    const tree = realpathSync(workspace);
    const result = await runInBox(box, {
      script: checkoutScript,
      args: [
        sha(commit),
        repository ? 'repository' : '-',
        bundle === undefined ? '-' : 'pack',
        held.length > 0 ? 'held' : '-',
      ],
      objects: realpathSync(bare),
      mounts: [{ path: tree, writable: true }],
      cwd: tree,
      env: () => ({ GIT_WORK_TREE: tree }),
      seconds,
      io: { stdin: bundle === undefined ? indexInfo(held, commit) : pack(bundle) },
    });
    if (result.exitCode === 0) return { ok: true };
    const detail = `The commit ${commit} could not be written to the workspace: ${lastWords(result)}`;
    return { ok: false, reason: result.timedOut ? 'timeout' : 'unreadable', detail };
  },

  async collect({ bare, start, workspace, held = [], maxBytes, seconds = defaultSeconds }): Promise<Collected> {
    const tree = realpathSync(workspace);
    const result = await runInBox(box, {
      script: collectScript,
      args: [sha(start), String(maxBytes)],
      objects: realpathSync(bare),
      mounts: [{ path: tree, writable: false }],
      cwd: tree,
      env: () => ({ GIT_WORK_TREE: tree }),
      seconds,
      outputBytes: 2 * maxBytes + headBytes,
      io: { stdin: indexInfo(held, start) },
    });
    if (result.timedOut) return { ok: false, reason: 'timeout', detail: `Collecting took longer than ${seconds} s.` };
    if (result.exitCode === conflictCode) return { ok: false, reason: 'held', detail: conflictingPaths(result.stdout) };
    if (result.exitCode !== 0) {
      return { ok: false, reason: 'unreadable', detail: `The workspace could not be read: ${lastWords(result)}` };
    }
    if (result.truncated) return tooLarge(maxBytes);
    const first = result.stdout.indexOf('\n');
    const second = result.stdout.indexOf('\n', first + 1);
    const treeSha = sha(result.stdout.subarray(0, first).toString('latin1'));
    if (second === first + 1) return { ok: true, changed: false, tree: treeSha };
    const commit = sha(result.stdout.subarray(first + 1, second).toString('latin1'));
    const third = result.stdout.indexOf('\n', second + 1);
    const diff = diffStat(result.stdout.subarray(second + 1, third).toString('latin1'));
    const fourth = result.stdout.indexOf('\n', third + 1);
    const patchEnd = fourth + 1 + Number(result.stdout.subarray(third + 1, fourth).toString('latin1'));
    const patch = result.stdout.subarray(fourth + 1, patchEnd);
    const bundle = result.stdout.subarray(patchEnd);
    if (bundle.length > maxBytes) return tooLarge(maxBytes);
    return { ok: true, changed: true, tree: treeSha, commit, bundle, patch: patch.length > 0 ? patch : null, diff };
  },

  async read({ workspace, path, maxBytes }) {
    const tree = realpathSync(workspace);
    const result = await box.sandbox.run(
      {
        mounts: [{ path: tree, writable: false }],
        toolchains: box.toolchains ?? [],
        cwd: tree,
        env: () => ({ PATH: box.path ?? '/usr/local/bin:/usr/bin:/bin' }),
        limits: {
          ...{ wallSeconds: 60, memoryBytes: 2 ** 28, cpus: 2, processes: 16 },
          ...{ fileBytes: 0, diskBytes: 2 ** 28, outputBytes: maxBytes },
        },
      },
      // A pipe or device would never end or block: only a regular file is opened.
      ['sh', '-c', '[ -f "$1" ] && exec head -c "$2" -- "$1"', 'sh', `./${path}`, String(maxBytes + 1)],
    );
    return result.exitCode === 0 && !result.truncated ? result.stdout : null;
  },
});
