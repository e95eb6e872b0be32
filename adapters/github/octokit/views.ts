// GitHub's rows, as far as we read them, turned into the contract's views.
import type { Actor } from '../../../src/facts/person.ts';
import type {
  BlockerView,
  CheckRunView,
  CommentView,
  Conclusion,
  DeliveryView,
  IssueView,
  PullView,
  WorkflowRunView,
} from '../contract.ts';

/** Octokit reads integers over 2^53 as bigint; only delivery ids are that long. */
export type Id = number | bigint;

type AccountRow = { id: Id; login?: string; slug?: string; type?: string } | null | undefined;
type LabelRow = string | { name?: string | null };

/** A deleted account is a bot of its own: nothing that it said counts. */
export const actorOf = (row: AccountRow): Actor => ({
  id: Number(row?.id ?? 0),
  login: row?.login ?? row?.slug ?? 'ghost',
  kind: row?.type === 'User' ? 'person' : 'bot',
});

const labelsOf = (rows: LabelRow[]): string[] =>
  rows.map((row) => (typeof row === 'string' ? row : (row.name ?? ''))).filter((name) => name !== '');

export const issueView = (row: {
  id: Id;
  number: number;
  title: string;
  body?: string | null;
  state: string;
  user: AccountRow;
  assignees?: AccountRow[] | null;
  labels: LabelRow[];
  updated_at: string;
  pull_request?: object | undefined;
  issue_dependencies_summary?: { total_blocked_by: number } | undefined;
}): IssueView => ({
  id: Number(row.id),
  number: row.number,
  title: row.title,
  body: row.body ?? '',
  state: row.state === 'open' ? 'open' : 'closed',
  author: actorOf(row.user),
  assignees: (row.assignees ?? []).map(actorOf),
  labels: labelsOf(row.labels),
  updatedAt: row.updated_at,
  isPull: row.pull_request !== undefined && row.pull_request !== null,
  blockers: row.issue_dependencies_summary?.total_blocked_by,
});

/** `…/repos/<owner>/<name>` names the repository, whichever host answers. */
export const blockerView = (row: { number: number; state: string; repository_url: string }): BlockerView => ({
  repository: row.repository_url.split('/').slice(-2).join('/'),
  number: row.number,
  state: row.state === 'open' ? 'open' : 'closed',
});

export const commentView = (row: {
  id: Id;
  body?: string | undefined;
  user: AccountRow;
  created_at: string;
  updated_at: string;
  performed_via_github_app?: object | null;
}): CommentView => ({
  id: Number(row.id),
  body: row.body ?? '',
  author: actorOf(row.user),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  viaApp: row.performed_via_github_app !== null && row.performed_via_github_app !== undefined,
});

export const pullView = (row: {
  id: Id;
  number: number;
  node_id: string;
  state: string;
  merged_at: string | null;
  merge_commit_sha: string | null;
  draft?: boolean | undefined;
  // GitHub's description says that repo is always there; it is null once the fork was deleted.
  head: { sha: string; ref: string; repo: { id: Id } | null };
  base: { sha: string; ref: string };
  user: AccountRow;
  title: string;
  body: string | null;
  labels: LabelRow[];
  mergeable_state?: string;
  updated_at: string;
}): PullView => ({
  id: Number(row.id),
  number: row.number,
  nodeId: row.node_id,
  state: row.state === 'open' ? 'open' : 'closed',
  merged: row.merged_at !== null,
  mergeSha: row.merged_at === null ? undefined : (row.merge_commit_sha ?? undefined),
  draft: row.draft ?? false,
  head: { sha: row.head.sha, ref: row.head.ref, repoId: row.head.repo ? Number(row.head.repo.id) : null },
  base: { sha: row.base.sha, ref: row.base.ref },
  author: actorOf(row.user),
  title: row.title,
  body: row.body ?? '',
  labels: labelsOf(row.labels),
  mergeableState: row.mergeable_state ?? 'unknown',
  updatedAt: row.updated_at,
});

const statusOf = (status: string | null): 'queued' | 'in_progress' | 'completed' =>
  status === 'completed' || status === 'in_progress' ? status : 'queued';

const CONCLUSIONS: readonly Conclusion[] = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'skipped',
  'stale',
  'success',
  'timed_out',
  'startup_failure',
];

/** A conclusion that we do not know is no success. */
const conclusionOf = (status: string | null, conclusion: string | null): Conclusion | undefined =>
  status === 'completed' ? (CONCLUSIONS.find((known) => known === conclusion) ?? 'failure') : undefined;

export const checkRunView = (row: {
  id: Id;
  name: string;
  head_sha: string;
  external_id: string | null;
  status: string;
  conclusion: string | null;
}): CheckRunView => ({
  id: Number(row.id),
  name: row.name,
  headSha: row.head_sha,
  externalId: row.external_id ?? '',
  status: statusOf(row.status),
  conclusion: conclusionOf(row.status, row.conclusion),
});

export const workflowRunView = (row: {
  id: Id;
  run_attempt?: number;
  display_title: string;
  status: string | null;
  conclusion: string | null;
  head_sha: string;
  head_branch: string | null;
  event: string;
  path: string;
  actor?: AccountRow;
  triggering_actor?: AccountRow;
  created_at: string;
  html_url: string;
}): WorkflowRunView => ({
  id: Number(row.id),
  attempt: row.run_attempt ?? 1,
  displayTitle: row.display_title,
  status: statusOf(row.status),
  conclusion: conclusionOf(row.status, row.conclusion),
  headSha: row.head_sha,
  headBranch: row.head_branch ?? '',
  event: row.event,
  path: row.path,
  actor: actorOf(row.triggering_actor ?? row.actor),
  createdAt: row.created_at,
  htmlUrl: row.html_url,
});

export const deliveryView = (row: {
  id: Id;
  guid: string;
  event: string;
  action: string | null;
  delivered_at: string;
  redelivery: boolean;
  status_code: number;
  installation_id: Id | null;
}): DeliveryView => ({
  id: String(row.id),
  guid: row.guid,
  event: row.event,
  action: row.action ?? undefined,
  deliveredAt: row.delivered_at,
  redelivery: row.redelivery,
  ok: row.status_code >= 200 && row.status_code < 300,
  statusCode: row.status_code,
  installation: row.installation_id === null ? undefined : Number(row.installation_id),
});
