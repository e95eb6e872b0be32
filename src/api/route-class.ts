// Routes of GitHub in a few classes, so that a metric has a bounded number of series whatever is asked.

const routeClasses = [
  'token',
  'app',
  'contents',
  'git',
  'issues',
  'comments',
  'reactions',
  'pulls',
  'checks',
  'actions',
  'people',
  'graphql',
  'other',
] as const;
export type RouteClass = (typeof routeClasses)[number];

/** First match wins: a comment of an issue is a comment. */
const patterns: readonly (readonly [RegExp, RouteClass])[] = [
  [/\/access_tokens$/, 'token'],
  [/^\/graphql$/, 'graphql'],
  [/\/reactions(\/|$)/, 'reactions'],
  [/\/comments(\/|$)/, 'comments'],
  [/\/(check-runs|check-suites|statuses)(\/|$)/, 'checks'],
  [/\/actions\//, 'actions'],
  [/\/(collaborators|requested_reviewers|members|teams)(\/|$)/, 'people'],
  [/\/pulls(\/|$)/, 'pulls'],
  [/\/(issues|labels|assignees)(\/|$)/, 'issues'],
  [/\/git\//, 'git'],
  [/\/(contents|commits|branches|compare)(\/|$)/, 'contents'],
  [/^\/(app|installation|installations)(\/|$)/, 'app'],
];

/** `route` is a template such as `/repos/{owner}/{repo}/pulls/{pull_number}`. */
export const classOf = (route: string): RouteClass => patterns.find(([pattern]) => pattern.test(route))?.[1] ?? 'other';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
export const methodOf = (method: string): string => (methods.includes(method) ? method : 'other');

/** `none`: no answer came. */
export const statusOf = (status: number): string =>
  status >= 200 && status < 600 ? `${Math.floor(status / 100)}xx` : 'none';
