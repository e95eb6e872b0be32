// The rows of emulate's store that the world reads or repairs. Fields that we never touch are left out.
import type { BlobRow, BranchRow, CommitRow, RefRow, TagRow, TreeRow } from './git-rows.ts';

export interface Row {
  id: number;
  created_at: string;
  updated_at: string;
}

export interface UserRow extends Row {
  login: string;
  node_id: string;
  name: string | null;
  email: string | null;
  avatar_url: string;
  gravatar_id: string;
  site_admin: boolean;
  type: string;
}

export interface OrgRow extends Row {
  login: string;
  node_id: string;
  description: string | null;
  default_repository_permission: string;
}

export interface RepoRow extends Row {
  node_id: string;
  owner_id: number;
  owner_type: string;
  name: string;
  full_name: string;
  private: boolean;
  description: string | null;
  default_branch: string;
  fork: boolean;
  forked_from_id: number | null;
}

export interface IssueRow extends Row {
  node_id: string;
  repo_id: number;
  number: number;
  title: string;
  body: string | null;
  state: string;
  state_reason: string | null;
  user_id: number;
  assignee_ids: number[];
  label_ids: number[];
  closed_at: string | null;
  closed_by_id: number | null;
  is_pull_request: boolean;
  comments: number;
}

export interface AutoMerge {
  enabled_by: null;
  enabled_at: string;
  merge_method: string;
  commit_title: string | null;
  commit_message: string | null;
  /** Ours: who asked for it, for the merge itself. */
  by: unknown;
}

export interface PullRow extends Row {
  node_id: string;
  repo_id: number;
  number: number;
  title: string;
  body: string | null;
  state: string;
  user_id: number;
  draft: boolean;
  head_ref: string;
  head_sha: string;
  head_repo_id: number;
  base_ref: string;
  base_sha: string;
  base_repo_id: number;
  merged: boolean;
  merged_at: string | null;
  merged_by_id: number | null;
  merge_commit_sha: string | null;
  mergeable: boolean | null;
  mergeable_state: string;
  commits: number;
  additions: number;
  deletions: number;
  changed_files: number;
  label_ids: number[];
  assignee_ids: number[];
  requested_reviewer_ids: number[];
  requested_team_ids: number[];
  auto_merge: AutoMerge | null;
  closed_at: string | null;
}

export interface LabelRow extends Row {
  node_id: string;
  repo_id: number;
  name: string;
  description: string | null;
  color: string;
  default: boolean;
}

export interface CommentRow extends Row {
  comment_type: string;
  repo_id: number;
  issue_number: number | null;
  body: string;
  user_id: number;
}

export interface ReviewRow extends Row {
  repo_id: number;
  pull_number: number;
  user_id: number;
  state: string;
  commit_id: string;
}

export interface ProtectionRow extends Row {
  repo_id: number;
  branch_name: string;
  required_status_checks: { strict: boolean; contexts: string[] } | null;
  required_pull_request_reviews: { required_approving_review_count: number; dismiss_stale_reviews: boolean } | null;
}

export interface CheckRunRow extends Row {
  repo_id: number;
  head_sha: string;
  name: string;
  status: string;
  conclusion: string | null;
  check_suite_id: number;
  app_id: number | null;
}

export interface CheckSuiteRow extends Row {
  repo_id: number;
  head_branch: string | null;
  head_sha: string;
  status: string;
  conclusion: string | null;
  before: string;
  after: string;
}

export interface AppRow extends Row {
  app_id: number;
  slug: string;
  name: string;
  description: string | null;
  permissions: Record<string, string>;
  events: string[];
  webhook_url: string | null;
  webhook_secret: string | null;
}

export interface InstallationRow extends Row {
  installation_id: number;
  node_id?: string;
  app_id: number;
  account_type: string;
  account_id: number;
  account_login: string;
  repository_selection: 'all' | 'selected';
  repository_ids: number[];
  permissions: Record<string, string>;
  events: string[];
  suspended_at: string | null;
}

export interface CollaboratorRow extends Row {
  repo_id: number;
  user_id: number;
  permission: string;
}

export interface TeamRow extends Row {
  slug: string;
  permission: string;
  org_id: number;
}

export interface TeamMemberRow extends Row {
  team_id: number;
  user_id: number;
  role: string;
}

export interface TeamRepoRow extends Row {
  team_id: number;
  repo_id: number;
}

export interface IssueEventRow extends Row {
  node_id: string;
  repo_id: number;
  issue_number: number;
  event: string;
  actor_id: number;
  label_name: string | null;
  assignee_id: number | null;
}

/** emulate's collections, by their name after `github.`. */
export interface Tables {
  users: UserRow;
  orgs: OrgRow;
  repos: RepoRow;
  issues: IssueRow;
  pull_requests: PullRow;
  labels: LabelRow;
  comments: CommentRow;
  issue_events: IssueEventRow;
  reviews: ReviewRow;
  branches: BranchRow;
  refs: RefRow;
  branch_protections: ProtectionRow;
  commits: CommitRow;
  trees: TreeRow;
  blobs: BlobRow;
  tags: TagRow;
  check_runs: CheckRunRow;
  check_suites: CheckSuiteRow;
  apps: AppRow;
  app_installations: InstallationRow;
  collaborators: CollaboratorRow;
  teams: TeamRow;
  team_members: TeamMemberRow;
  team_repos: TeamRepoRow;
}

/** One collection of emulate's store. `update` replaces the row and returns the new one. */
export interface Table<R> {
  all(): R[];
  get(id: number): R | undefined;
  findBy<K extends keyof R>(field: K, value: R[K]): R[];
  findOneBy<K extends keyof R>(field: K, value: R[K]): R | undefined;
  insert(row: Omit<R, 'id' | 'created_at' | 'updated_at'>): R;
  update(id: number, patch: Partial<R>): R | undefined;
  delete(id: number): boolean;
}
