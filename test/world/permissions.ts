// One table: route → least role of a person, permission of an App. Paths are below /repos/{owner}/{repo}.
// A write route that is missing here is refused to Apps, so a new call of ours must be entered first.
import type { Role } from './roles.ts';

interface PermissionRule {
  method: string;
  pattern: RegExp;
  /** `never`: only Apps. */
  role: Role | 'never';
  /** Any of these at `level` is enough. */
  permissions: string[];
  level: 'read' | 'write';
}

/** method, path (`:x` one segment, `:x*` more), role, permission(s) separated by a bar. */
const ROWS: [string, string, Role | 'never', string][] = [
  ['GET', '', 'read', 'metadata'],
  ['GET', '/installation', 'read', 'metadata'],
  ['GET', '/collaborators/:user/permission', 'read', 'metadata'],
  ['PUT', '/collaborators/:user', 'admin', 'administration'],
  ['DELETE', '/collaborators/:user', 'admin', 'administration'],
  ['POST', '/forks', 'read', 'contents'],

  ['GET', '/issues', 'read', 'issues|pull_requests'],
  ['POST', '/issues', 'read', 'issues'],
  ['GET', '/issues/events', 'read', 'issues|pull_requests'],
  ['GET', '/issues/:n', 'read', 'issues|pull_requests'],
  ['PATCH', '/issues/:n', 'triage', 'issues|pull_requests'],
  ['GET', '/issues/:n/:list', 'read', 'issues|pull_requests'],
  ['POST', '/issues/:n/comments', 'read', 'issues|pull_requests'],
  ['GET', '/issues/comments', 'read', 'issues|pull_requests'],
  ['GET', '/issues/comments/:id', 'read', 'issues|pull_requests'],
  ['PATCH', '/issues/comments/:id', 'write', 'issues|pull_requests'],
  ['DELETE', '/issues/comments/:id', 'write', 'issues|pull_requests'],
  ['GET', '/issues/comments/:id/reactions', 'read', 'issues|pull_requests'],
  ['POST', '/issues/comments/:id/reactions', 'read', 'issues|pull_requests'],
  ['DELETE', '/issues/comments/:id/reactions/:rid', 'read', 'issues|pull_requests'],
  ['POST', '/issues/:n/labels', 'triage', 'issues|pull_requests'],
  ['PUT', '/issues/:n/labels', 'triage', 'issues|pull_requests'],
  ['DELETE', '/issues/:n/labels/:name', 'triage', 'issues|pull_requests'],
  ['POST', '/issues/:n/assignees', 'triage', 'issues|pull_requests'],
  ['DELETE', '/issues/:n/assignees', 'triage', 'issues|pull_requests'],
  ['GET', '/labels', 'read', 'issues|pull_requests'],
  ['POST', '/labels', 'write', 'issues|pull_requests'],

  ['GET', '/pulls', 'read', 'pull_requests'],
  ['POST', '/pulls', 'read', 'pull_requests'],
  ['GET', '/pulls/:n', 'read', 'pull_requests'],
  ['PATCH', '/pulls/:n', 'triage', 'pull_requests'],
  ['GET', '/pulls/:n/:list', 'read', 'pull_requests'],
  ['POST', '/pulls/:n/reviews', 'read', 'pull_requests'],
  ['PUT', '/pulls/:n/reviews/:id/dismissals', 'write', 'pull_requests'],
  ['POST', '/pulls/:n/requested_reviewers', 'triage', 'pull_requests'],
  ['DELETE', '/pulls/:n/requested_reviewers', 'triage', 'pull_requests'],
  ['PUT', '/pulls/:n/merge', 'write', 'contents'],

  ['GET', '/contents/:path*', 'read', 'contents'],
  ['PUT', '/contents/:path*', 'write', 'contents'],
  ['DELETE', '/contents/:path*', 'write', 'contents'],
  ['GET', '/compare/:range*', 'read', 'contents'],
  ['GET', '/commits', 'read', 'contents'],
  ['GET', '/commits/:ref*/check-runs', 'read', 'checks'],
  ['GET', '/commits/:ref*/check-suites', 'read', 'checks'],
  ['GET', '/commits/:ref*/status', 'read', 'statuses'],
  ['GET', '/commits/:ref*/statuses', 'read', 'statuses'],
  ['GET', '/commits/:sha/pulls', 'read', 'pull_requests|contents'],
  ['GET', '/commits/:ref*', 'read', 'contents'],
  ['GET', '/git/:object*', 'read', 'contents'],
  ['POST', '/git/:object', 'write', 'contents'],
  ['PATCH', '/git/refs/:ref*', 'write', 'contents'],
  ['DELETE', '/git/refs/:ref*', 'write', 'contents'],
  ['GET', '/branches', 'read', 'contents'],
  ['GET', '/branches/:branch*/protection', 'admin', 'administration'],
  ['PUT', '/branches/:branch*/protection', 'admin', 'administration'],
  ['DELETE', '/branches/:branch*/protection', 'admin', 'administration'],
  ['GET', '/branches/:branch*', 'read', 'contents'],
  ['GET', '/rules/branches/:branch*', 'read', 'metadata'],
  ['POST', '/rulesets', 'admin', 'administration'],

  ['POST', '/check-runs', 'never', 'checks'],
  ['PATCH', '/check-runs/:id', 'never', 'checks'],
  ['GET', '/check-runs/:id', 'read', 'checks'],
  ['POST', '/check-runs/:id/rerequest', 'write', 'checks'],
  ['POST', '/statuses/:sha', 'write', 'statuses'],
  ['GET', '/actions/:what*', 'read', 'actions'],
  ['POST', '/actions/:what*', 'write', 'actions'],
  ['GET', '/deployments', 'read', 'deployments'],
  ['POST', '/deployments', 'write', 'deployments'],
  ['GET', '/deployments/:id/statuses', 'read', 'deployments'],
  ['POST', '/deployments/:id/statuses', 'write', 'deployments'],
];

export const PERMISSION_TABLE: PermissionRule[] = ROWS.map(([method, path, role, permissions]) => ({
  method,
  pattern: new RegExp(`^${path.replace(/:\w+\*/g, '.+').replace(/:\w+/g, '[^/]+')}/?$`),
  role,
  permissions: permissions.split('|'),
  level: method === 'GET' ? 'read' : 'write',
}));
