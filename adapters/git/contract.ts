// Git without a work tree: a bare mirror per repository, inspection of a hostile bundle in a box, and one push of our own commit.

/** `id` names the mirror directory (letters, digits, `-`, `_`); `url` is http(s) without credentials. */
export type GitRepo = { id: string; url: string };

/** Asked once per git process that talks to the remote; null: anonymous. The secret never enters arguments or URLs. */
export type GitAuth = () => Promise<{ username: string; password: string } | null>;

/** Six octal digits, as git writes them: `100644`, `100755`, `120000` (link), `160000` (submodule). */
export type Mode = string;

export type TreeEntry = { path: string; mode: Mode; blob: string /** Bytes; absent for a submodule. */; size?: number };

export type ChangedFile = {
  path: string;
  /** The path before a rename or copy; absent otherwise. */
  from?: string;
  /** `type` is a file that became a link, a link that became a submodule, and so on. */
  status: 'added' | 'modified' | 'removed' | 'renamed' | 'copied' | 'type';
  /** Null where that side has no such file. */
  oldBlob: string | null;
  newBlob: string | null;
  oldMode: Mode | null;
  newMode: Mode | null;
};

export type BlobRead =
  | { ok: true; bytes: Buffer; mode: Mode }
  | { ok: false; reason: 'missing' | 'not_a_file' | 'too_large' };

export type AddedLine = { path: string /** Counted from 1, in the new file. */; line: number; text: string };

/**
 * Binary files of at most 1,000,000 bytes are in `lines` too, read byte by byte without their NULs. `skipped` files were
 * not looked at and must not count as clean.
 */
export type TextDiff = { lines: AddedLine[]; skipped: { path: string; why: 'binary' | 'too_large' }[] };

export type InspectLimits = {
  /** Size of the bundle. */
  bytes: number;
  /** Changed files between start and the bundle's commit. */
  files: number;
  /** Size of one changed file. */
  fileBytes: number;
  /** Directories above a changed file. */
  depth: number;
  /** Wall clock of the whole inspection. */
  seconds: number;
};

export type InspectRefusal =
  | 'too_large'
  | 'too_many_files'
  | 'too_deep'
  | 'not_a_bundle'
  | 'wrong_base'
  | 'corrupt'
  | 'symlink_escapes'
  | 'submodule'
  | 'dot_git_path'
  | 'bad_path'
  | 'case_collision'
  | 'bad_mode'
  | 'timeout';

/** `detail` is one sentence for a person; it may quote a path of the bundle and is untrusted text. */
export type Inspection =
  | { ok: true; commit: string; tree: string; files: ChangedFile[] }
  | { ok: false; reason: InspectRefusal; detail: string };

/** `at` is seconds since the epoch: the same input gives the same commit. */
export type Identity = { name: string; email: string; at: number };

export type CommitAndPush = {
  repo: GitRepo;
  auth: GitAuth;
  /** Of an ok inspection, or any tree in the mirror. */
  tree: string;
  parents: readonly string[];
  message: string;
  author: Identity;
  committer: Identity;
  /** Without `refs/heads/`; anything outside `gantry/` is a Bug. */
  branch: string;
  /** Where the branch must stand now; null: it must not exist. */
  expect: string | null;
  /** Path of an unencrypted OpenSSH private key. Absent: the commit is unsigned. */
  signingKey?: string;
};

/** `branch_moved`: the branch is not at `expect` (`at`: where it is, null when it does not exist). `refused`: a rule of the remote. */
export type PushOutcome =
  | { ok: true; sha: string }
  | { ok: false; reason: 'branch_moved'; detail: string; at: string | null }
  | { ok: false; reason: 'refused'; detail: string };

export type Rebased = { ok: true; tree: string } | { ok: false; reason: 'conflict'; detail: string };

/**
 * Everything but `mirror`, `remoteRef` and `commitAndPush` reads the mirror only, whose objects never change: answers do
 * not age. Commits, trees and blobs are named by full lower-case sha; another spelling is a Bug, a sha that the mirror
 * does not hold is Permanent (mirror it first). Transport failures are Retryable.
 */
export type GitReader = {
  /** Every file below the commit's root, in git's order. More than 500,000 entries: Permanent. */
  listTree(repo: GitRepo, commit: string): Promise<TreeEntry[]>;
  readBlob(repo: GitRepo, commit: string, path: string, maxBytes: number): Promise<BlobRead>;
  /** Blobs by sha; those larger than `maxBytes` each are missing from the map. */
  readBlobs(repo: GitRepo, blobs: readonly string[], maxBytes: number): Promise<Map<string, Buffer>>;
  /** Tree against tree, renames found. */
  changedFiles(repo: GitRepo, base: string, head: string): Promise<ChangedFile[]>;
  /** Null: no common history. */
  mergeBase(repo: GitRepo, a: string, b: string): Promise<string | null>;
  isAncestor(repo: GitRepo, ancestor: string, descendant: string): Promise<boolean>;
  /** Lines of head that base's version of the file does not have (moved lines are not added). Stops reading at `maxBytes` in total. */
  readTextDiff(repo: GitRepo, base: string, head: string, maxBytes: number): Promise<TextDiff>;
  /** The tree of a commit. */
  treeOf(repo: GitRepo, commit: string): Promise<string>;
  /** Does the mirror hold this commit? */
  has(repo: GitRepo, commit: string): Promise<boolean>;
  /** Directory of the bare mirror, for mounting read-only into a box. It exists after the first `mirror`. */
  directory(repo: GitRepo): string;
};

export type GitWriter = {
  /** Whether this machine can build the box that `inspect` needs; `why` is for an operator. That it can is kept; that it cannot is asked anew, for boxes can be installed. */
  canInspect(): Promise<{ ok: true } | { ok: false; why: string }>;
  /**
   * Fetches the named refs (full names) and commits into the mirror. Answers where each ref stands; null: the remote has
   * no such ref. One at a time per repository.
   */
  mirror(
    repo: GitRepo,
    auth: GitAuth,
    want: { refs?: readonly string[]; shas?: readonly string[] },
  ): Promise<Record<string, string | null>>;
  /** Where a ref (full name) of the remote stands right now; null: it does not exist. */
  remoteRef(repo: GitRepo, auth: GitAuth, ref: string): Promise<string | null>;
  /**
   * Judges a bundle of exactly one commit on top of `start` (which the mirror holds). Only an ok bundle's objects enter
   * the mirror; the commit itself is never pushed.
   */
  inspect(request: { repo: GitRepo; bundle: Buffer; start: string; limits: InspectLimits }): Promise<Inspection>;
  /**
   * The change from `start` to `tree`, put on `onto` by whole files; the mirror holds all three. In a box, for the tree is an
   * agent's. `conflict`: `onto` changed a file as well; `detail` names them and is untrusted text.
   */
  rebase(request: { repo: GitRepo; start: string; tree: string; onto: string }): Promise<Rebased>;
  /** Our own commit on the tree, pushed to exactly one ref. Repeating it after an unclear answer is harmless. */
  commitAndPush(request: CommitAndPush): Promise<PushOutcome>;
};

export type GitStore = GitReader & GitWriter;

/** Files; a rename is one added and one removed. `lines`: of text files. */
export type DiffStat = {
  added: number;
  modified: number;
  removed: number;
  other: number;
  lines: { added: number; removed: number };
};

/** A file as a workspace shows it, whatever the start commit has under that path; null: no file. */
export type HeldFile = { path: string; at: { mode: Mode; blob: string } | null };

/**
 * `held`: the workspace changed a file that it was not shown as the start commit has it; `detail` names them.
 * `changed: false`: the workspace holds exactly the start commit's files. `patch`: the same change for `git apply --index`,
 * binary files included; null where it is larger than what was allowed.
 */
export type Collected =
  | { ok: true; changed: true; bundle: Buffer; patch: Buffer | null; commit: string; tree: string; diff: DiffStat }
  | { ok: true; changed: false; tree: string }
  | { ok: false; reason: 'too_large' | 'timeout' | 'unreadable' | 'held'; detail: string };

export type Materialised = { ok: true } | { ok: false; reason: 'timeout' | 'unreadable'; detail: string };

/**
 * What the runner does with a workspace that hostile code writes: git runs in a box, with a repository of ours, never
 * with the workspace's own `.git`. File contents are taken byte for byte; attributes and filters do nothing.
 */
export type WorkspaceGit = {
  /**
   * Writes `commit` into the empty directory `workspace`. `bare`: a repository that holds it (or its parent, when
   * `bundle` brings the commit). `repository`: also make a `.git` with that one commit, for tools that want one. `held`:
   * these files differ from the commit's (never with `bundle`); the `.git` then has a commit of what is shown.
   */
  checkout(request: {
    bare: string;
    commit: string;
    workspace: string;
    bundle?: Buffer;
    held?: readonly HeldFile[];
    repository?: boolean;
    seconds?: number;
  }): Promise<Materialised>;
  /**
   * Everything in the workspace that is not ignored, as one commit on `start`, as a bundle and a patch of at most `maxBytes`
   * each. `held` as at the checkout: what was left as it was shown is in the result as `start` has it.
   */
  collect(request: {
    bare: string;
    start: string;
    workspace: string;
    held?: readonly HeldFile[];
    maxBytes: number;
    seconds?: number;
  }): Promise<Collected>;
  /** One file of the workspace, links resolved inside the box only; null: missing, not a file, or above `maxBytes`. */
  read(request: { workspace: string; path: string; maxBytes: number }): Promise<Buffer | null>;
};
