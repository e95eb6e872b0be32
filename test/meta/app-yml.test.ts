// app.yml is what the App is registered with: it hears what src/intake/github understands, and may do what
// adapters/github asks for. More would be a right to steal, less a refusal in the middle of a run.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { forbiddenRights, readAppFile } from '../../src/cli/app-file.ts';
import { intakes } from '../../src/intake/github/index.ts';

const app = readAppFile();
const folder = (path: string) => new URL(`../../${path}/`, import.meta.url);

type Right = readonly [name: string, level: 'read' | 'write'];
const granted = ([name, level]: Right): boolean => {
  const given = app.default_permissions[name];
  return given === level || given === 'write';
};

/** Always sent to every App; GitHub refuses a manifest that lists them. */
const alwaysSent = ['installation', 'installation_repositories'];
/** Understood where somebody adds them, but GitHub wants a right for them that Gantry does not ask for. */
const notWorthTheirRight: Record<string, Right> = { member: ['members', 'read'] };
/** What GitHub wants before an App may hear an event (from its page on webhook events and payloads). */
const rightOfEvent: Record<string, Right> = {
  check_run: ['checks', 'read'],
  check_suite: ['checks', 'read'],
  issue_comment: ['issues', 'read'],
  issues: ['issues', 'read'],
  merge_group: ['merge_queues', 'read'],
  pull_request: ['pull_requests', 'read'],
  pull_request_review: ['pull_requests', 'read'],
  push: ['contents', 'read'],
  workflow_run: ['actions', 'read'],
};

test('the registry of intakes is the folder', () => {
  const files = readdirSync(folder('src/intake/github')).filter((name) => name.endsWith('.ts'));
  const events = files
    .map((name) => readFileSync(new URL(name, folder('src/intake/github')), 'utf8'))
    .flatMap((text) => [...text.matchAll(/: Intake = \{\s*event: '(\w+)'/g)].map((match) => match[1]));
  expect(events.length).toBeGreaterThan(5);
  expect(events.sort()).toEqual(intakes.map(({ event }) => event).sort());
});

test('app.yml lists exactly the events that are understood and have to be asked for', () => {
  const asked = intakes
    .map(({ event }) => event)
    .filter((event) => !alwaysSent.includes(event) && !Object.hasOwn(notWorthTheirRight, event));
  expect([...app.default_events].sort()).toEqual(asked.sort());
});

test('GitHub would take the manifest: each event has its right, and what was left out lacks its right', () => {
  for (const event of app.default_events) {
    const right = rightOfEvent[event];
    expect(right, `no row for ${event}`).toBeDefined();
    expect(right && granted(right), `${event} needs ${right?.join(': ')}`).toBe(true);
  }
  for (const [event, right] of Object.entries(notWorthTheirRight)) {
    expect(granted(right), `${right[0]} is granted now: list ${event} too`).toBe(false);
    expect(intakes.map((intake) => intake.event)).toContain(event);
  }
});

/** Class of routes → the right that covers it; undefined: as the App itself, or open to everyone. The first row counts. */
const rightOfRoute: readonly (readonly [RegExp, string | undefined])[] = [
  [/^\/app(\/|$)|^\/users\/|^\/installation\//, undefined],
  [/^\/repos\/\{owner\}\/\{repo\}\/installation$/, undefined],
  [/^\/repos\/\{owner\}\/\{repo\}$/, 'metadata'],
  [/\/collaborators\/\{username\}\/permission$/, 'metadata'],
  [/\/rules\/branches\//, 'metadata'],
  [/\/issues(\/|$)/, 'issues'],
  [/\/merge$/, 'contents'],
  [/\/pulls(\/|$)/, 'pull_requests'],
  [/\/check-runs(\/|$)/, 'checks'],
  [/\/actions\//, 'actions'],
  [/\/(contents|compare|git|branches|commits)\//, 'contents'],
  [/\/statuses?(\/|$)/, 'statuses'],
];

function routesSent(): { method: string; path: string }[] {
  const files = readdirSync(folder('adapters/github/octokit')).map(
    (name) => new URL(name, folder('adapters/github/octokit')),
  );
  const texts = [...files, new URL('src/cli/doctor/github.ts', folder('.'))].map((file) => readFileSync(file, 'utf8'));
  return texts.flatMap((text) =>
    [...text.matchAll(/['"`](GET|POST|PUT|PATCH|DELETE) (\/[^'"`]*)/g)].map(([, method = '', path = '']) => ({
      method,
      path,
    })),
  );
}

test('every request that is sent is covered by a right, and every right is used', () => {
  const routes = routesSent();
  expect(routes.length).toBeGreaterThan(30);
  const needed = new Map<string, 'read' | 'write'>();
  for (const { method, path } of routes) {
    const row = rightOfRoute.find(([pattern]) => pattern.test(path));
    expect(row, `no row for ${method} ${path}: which right does it need?`).toBeDefined();
    const name = row?.[1];
    if (name !== undefined && (method !== 'GET' || needed.get(name) === undefined))
      needed.set(name, method === 'GET' ? 'read' : 'write');
  }
  // The push of a tree is a git request with a token for contents: write; markPullRequestReadyForReview is GraphQL.
  needed.set('contents', 'write').set('pull_requests', 'write');
  for (const event of app.default_events) {
    const [name, level] = rightOfEvent[event] ?? ['metadata', 'read'];
    if (!needed.has(name)) needed.set(name, level);
  }
  expect(app.default_permissions).toEqual(Object.fromEntries([...needed].sort()));
});

test('the App cannot change workflows or rules, is private, and asks nothing of the organisation', () => {
  for (const right of [...forbiddenRights, 'members', 'secrets', 'organization_administration', 'environments'])
    expect(app.default_permissions).not.toHaveProperty(right);
  expect(app.public).toBe(false);
});

test('the webhook URL has the path that the app listens on', () => {
  const path = new URL(app.hook_attributes.url).pathname;
  expect(path).toBe('/api/github/webhooks');
  expect(readFileSync(new URL('src/app.ts', folder('.')), 'utf8')).toContain(`'${path}'`);
});
