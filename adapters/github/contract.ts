// What Gantry asks of GitHub and what it may get back. Types only; adapters/github/conformance.ts says the same as tests.
//
// Freshness: GitHub promises no read-after-write. Single objects are nearly always current; LISTS MAY LAG by seconds, so
// after an unclear write wait, read twice, then write. Absence is `undefined`; "may not look" is thrown, never `undefined`.
// Outcomes that are answers are returned. Everything else is thrown with a class of src/errors.ts: rate limits, 5xx and
// network failures as Retryable (`after` in seconds when GitHub named a time), a right that the App lacks as UserFixable
// 'permission_missing' {request, needs, detail}, an App gone or suspended as 'app_not_installed' {detail}, else Permanent.
// An unclear write (5xx or a broken connection) is thrown as Retryable and was sent exactly once: ask before sending again.
// A repository is addressed by owner and name; after a rename GitHub redirects the old name.
import type { Actor, Role } from '../../src/facts/person.ts';
import type { Repository } from '../../src/facts/repository.ts';

/** ISO 8601 in UTC, whole seconds. */
export type Time = string;
export type Sha = string;

/** `body` is '' when GitHub has null. `labels` are names. `isPull`: the number belongs to a pull request. */
export type IssueView = {
  id: number;
  number: number;
  title: string;
  body: string;
  state: 'open' | 'closed';
  author: Actor;
  assignees: Actor[];
  labels: string[];
  updatedAt: Time;
  isPull: boolean;
};

/** Edited exactly when updatedAt differs from createdAt. `viaApp`: an App wrote it, also when it did so for a person. */
export type CommentView = {
  id: number;
  body: string;
  author: Actor;
  createdAt: Time;
  updatedAt: Time;
  viaApp: boolean;
};

export type PullView = {
  id: number;
  number: number;
  nodeId: string;
  state: 'open' | 'closed';
  merged: boolean;
  /** The commit on the base branch; undefined until merged (GitHub shows a test merge there before, which is not it). */
  mergeSha: Sha | undefined;
  draft: boolean;
  /** `repoId` is null when the fork was deleted. */
  head: { sha: Sha; ref: string; repoId: number | null };
  /** `sha` is the tip of the base branch when GitHub last looked, not necessarily now: read the branch for that. */
  base: { sha: Sha; ref: string };
  author: Actor;
  title: string;
  body: string;
  labels: string[];
  /** clean, blocked, behind, dirty, draft, unstable, has_hooks; 'unknown' while GitHub computes it, and always in lists. */
  mergeableState: string;
  updatedAt: Time;
};

/** `commit` is the head that was looked at, undefined when GitHub no longer knows it. */
export type ReviewView = {
  id: number;
  author: Actor;
  state: 'approved' | 'changes_requested' | 'dismissed' | 'commented';
  commit: Sha | undefined;
  at: Time;
  body: string;
};

type GivenConclusion = 'action_required' | 'cancelled' | 'failure' | 'neutral' | 'skipped' | 'success' | 'timed_out';
/** The last two are given by GitHub only. */
export type Conclusion = GivenConclusion | 'stale' | 'startup_failure';

/** `conclusion` is undefined until `status` is 'completed'. GitHub has more waiting states than three; they read as 'queued'. */
export type CheckRunView = {
  id: number;
  name: string;
  headSha: Sha;
  externalId: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | undefined;
};

/** A run of GitHub Actions (ours are called runs). `displayTitle` is the rendered run-name. `actor` started this attempt. */
export type WorkflowRunView = {
  id: number;
  attempt: number;
  displayTitle: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | undefined;
  headSha: Sha;
  headBranch: string;
  event: string;
  path: string;
  actor: Actor;
  createdAt: Time;
  htmlUrl: string;
};

/** `id` may exceed 2^53. `ok` is what GitHub counts as delivered. `installation` is undefined for App-level events. */
export type DeliveryView = {
  id: string;
  guid: string;
  event: string;
  action: string | undefined;
  deliveredAt: Time;
  redelivery: boolean;
  ok: boolean;
  statusCode: number;
  installation: number | undefined;
};

export type AppIdentity = { appId: number; slug: string; botId: number; botLogin: string };
export type Installation = { id: number; account: Actor; suspended: boolean };

export type GitHubReader = {
  /** Live role of a login; a custom role counts as the base it was built on; a stranger, an unknown login or no access is 'none'. */
  role(repo: Repository, login: string): Promise<Role>;
  /** Also pull requests, seen as issues. Deleted or transferred away: undefined. */
  issue(repo: Repository, issue: number): Promise<IssueView | undefined>;
  comment(repo: Repository, comment: number): Promise<CommentView | undefined>;
  /** All pages, oldest first (ascending id), on an issue or a pull request's conversation. A missing issue has none. */
  comments(repo: Repository, issue: number): Promise<CommentView[]>;
  pull(repo: Repository, pull: number): Promise<PullView | undefined>;
  /** All pages, ascending number. With `head`, only pulls whose head is that commit now (filtered here, from the full list). */
  openPulls(repo: Repository, options?: { head?: Sha }): Promise<PullView[]>;
  /** Pulls of any state from a branch of this same repository (never a fork's branch of the same name), ascending number. */
  pullsFrom(repo: Repository, branch: string): Promise<PullView[]>;
  /** At most one per reviewer: the newest that approves, asks for changes or was dismissed, else the newest comment. Ascending time. */
  reviews(repo: Repository, pull: number): Promise<ReviewView[]>;
  /** A UTF-8 file at a branch, tag or commit; undefined when absent, a folder or a submodule. Over 1 MB or not UTF-8: Permanent. */
  textFile(repo: Repository, path: string, ref: string): Promise<{ blob: Sha; text: string } | undefined>;
  /** Tip of a branch; undefined when there is none. `name` without refs/heads/. */
  branch(repo: Repository, name: string): Promise<Sha | undefined>;
  /** May be five minutes old. */
  defaultBranch(repo: Repository): Promise<string>;
  /** Account id of the owner, as old as the default branch may be. */
  ownerId(repo: Repository): Promise<number>;
  /** Check runs of our own App at a commit, newest of each name, ascending id. */
  checkRuns(repo: Repository, sha: Sha, options?: { name?: string }): Promise<CheckRunView[]>;
  /** Runs of one workflow file (name only, as gantry.yml) created at or after `since`, newest first; a workflow that is not there has none. */
  workflowRuns(repo: Repository, workflow: string, since: Time): Promise<WorkflowRunView[]>;
  /** The latest attempt. */
  workflowRun(repo: Repository, run: number): Promise<WorkflowRunView | undefined>;
  /** All of the App's installations, ascending id. */
  installations(): Promise<Installation[]>;
  /** All repositories that the installation was given, ascending id. */
  repositories(installation: number): Promise<(Repository & { defaultBranch: string; archived: boolean })[]>;
  /** One page of the App's delivery log, newest first; kept for three days. `next` is undefined on the last page. */
  deliveries(options: {
    status?: 'success' | 'failure';
    cursor?: string;
  }): Promise<{ deliveries: DeliveryView[]; next: string | undefined }>;
  /** With its payload; undefined when GitHub no longer has it. */
  delivery(id: string): Promise<(DeliveryView & { payload: Record<string, unknown> }) | undefined>;
  /** Who we are; read once and remembered. Retryable while the App is installed nowhere: GitHub shows its bot to installations only. */
  self(): Promise<AppIdentity>;
  /** Asks GitHub whether our credentials hold, each time; for /ready. */
  app(): Promise<{ appId: number; slug: string }>;
};

export type CheckAnnotation = {
  path: string;
  startLine: number;
  endLine: number;
  level: 'notice' | 'warning' | 'failure';
  title?: string;
  message: string;
};

/** `identifier` comes back in check_run.requested_action. GitHub's limits: 20, 40 and 20 characters; longer is a Bug. */
export type CheckAction = { label: string; description: string; identifier: string };

/** `conclusion` is required exactly when completed. Summary and text over 65,535 characters are cut at a line, and say so. */
export type CheckRunWrite = {
  name: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion?: GivenConclusion;
  title: string;
  summary: string;
  text?: string;
  externalId?: string;
  detailsUrl?: string;
  /** GitHub APPENDS annotations at each call and never removes any: send each one once. Any number, sent 50 at a time. */
  annotations?: CheckAnnotation[];
  /** At most three, shown only once completed. */
  actions?: CheckAction[];
};

export type PullRefusal = 'exists' | 'draft_unsupported' | 'no_commits' | 'no_branch' | 'invalid';
export type MergeRefusal = 'not_mergeable' | 'head_moved' | 'forbidden';
export type Reaction = '+1' | '-1' | 'eyes' | 'rocket' | 'confused';

export type GitHubWriter = {
  /**
   * Starts workflow `file` as it stands on `ref`. `runId` is undefined where the server does not tell (older GHES): find
   * it by run name. UserFixable 'workflow_missing' {file, ref}, 'dispatch_refused' {file, ref, detail}.
   */
  dispatchWorkflow(
    repo: Repository,
    file: string,
    ref: string,
    inputs: Record<string, string>,
  ): Promise<{ runId: number | undefined }>;
  /** 'accepted' says GitHub will try; the end shows in workflowRun. `force` ignores always() steps. Safe to repeat. */
  cancelRun(repo: Repository, run: number, options?: { force?: boolean }): Promise<'accepted' | 'finished'>;
  createPull(
    repo: Repository,
    pull: { title: string; head: string; base: string; body: string; draft: boolean },
  ): Promise<{ number: number } | { refused: PullRefusal; detail: string }>;
  updatePull(
    repo: Repository,
    pull: number,
    change: { title?: string; body?: string; state?: 'open' | 'closed'; base?: string },
  ): Promise<void>;
  createComment(repo: Repository, issue: number, body: string): Promise<{ id: number }>;
  /** 'gone' when somebody deleted it. */
  updateComment(repo: Repository, comment: number, body: string): Promise<'done' | 'gone'>;
  /** Done also when it was gone already. */
  deleteComment(repo: Repository, comment: number): Promise<void>;
  /** Idempotent at GitHub: the same reaction twice is one. 'gone' when the comment was deleted. */
  react(repo: Repository, comment: number, reaction: Reaction): Promise<'done' | 'gone'>;
  /** On issue or pull request; GitHub creates an unknown label. Safe to repeat. */
  addLabel(repo: Repository, issue: number, label: string): Promise<void>;
  /** Done also when the label was not there. */
  removeLabel(repo: Repository, issue: number, label: string): Promise<void>;
  createCheckRun(repo: Repository, headSha: Sha, check: CheckRunWrite): Promise<{ id: number }>;
  updateCheckRun(repo: Repository, id: number, check: CheckRunWrite): Promise<void>;
  /** Merges only if the head is still `sha`. Sent once; after an unclear answer read the pull before asking again. */
  merge(
    repo: Repository,
    pull: number,
    merge: { sha: Sha; method: 'merge' | 'squash' | 'rebase'; title: string; message: string },
  ): Promise<{ merged: Sha } | { refused: MergeRefusal; detail: string }>;
  /** Takes a pull out of draft; `nodeId` is PullView's. 'refused': GitHub does not let this App do it, ask a person. Safe to repeat. */
  markReady(repo: Repository, nodeId: string): Promise<'done' | 'refused'>;
  /** 'refused' when one of them may not review (no access, or the author). */
  requestReviewers(repo: Repository, pull: number, logins: string[]): Promise<'done' | 'refused'>;
  /** GitHub silently leaves out who cannot be assigned. */
  assign(repo: Repository, issue: number, logins: string[]): Promise<void>;
  /** A token for this one repository and nothing but contents, valid for at most an hour. Never stored or logged. */
  gitAuth(repo: Repository, access: 'read' | 'write'): Promise<{ token: string; expiresAt: Time }>;
  /** Asks GitHub to send a delivery again: same GUID. 'gone' after three days. */
  redeliver(id: string): Promise<'accepted' | 'gone'>;
};
/** Both halves; an effect takes the members that it uses: `Pick<GitHubReader, 'pull'>`. */
export type GitHub = { reader: GitHubReader; writer: GitHubWriter };
