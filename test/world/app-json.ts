// Apps, check runs and labels as GitHub shows them; emulate leaves most of each out.
import type { Core, JsonObject } from './contract.ts';
import type { Memory } from './memory.ts';
import type { RepoRow } from './rows.ts';

type Base = Pick<Core, 'url' | 'emulate' | 'repo'>;

export function appJson(world: Base, appId: number | undefined): JsonObject | null {
  const app = world.emulate.find('apps', (a) => a.app_id === appId);
  if (!app) return null;
  const org = world.emulate.table('orgs').all()[0];
  const url = `${world.url}/apps/${app.slug}`;
  return {
    id: app.app_id,
    slug: app.slug,
    node_id: `A_${app.app_id}`,
    owner: org && {
      login: org.login,
      id: org.id,
      node_id: org.node_id,
      avatar_url: `${world.url}/avatars/${org.login}`,
      url: `${world.url}/users/${org.login}`,
      html_url: `${world.url}/${org.login}`,
      type: 'Organization',
    },
    name: app.name,
    description: app.description ?? '',
    external_url: url,
    html_url: url,
    created_at: app.created_at,
    updated_at: app.updated_at,
    permissions: app.permissions,
    events: app.events,
  };
}

/** `run` is emulate's answer; App, pull requests, suite and the urls are added. */
export function checkRunJson(world: Base, memory: Memory, full: string, run: JsonObject): JsonObject {
  const repo = world.repo(full);
  const row = world.emulate.table('check_runs').get(Number(run.id));
  const suiteRow = row && world.emulate.table('check_suites').get(row.check_suite_id);
  const app = appJson(world, memory.checkApps.get(Number(run.id)));
  const small = { id: repo?.id, url: `${world.url}/repos/${full}`, name: repo?.name };
  const pull_requests = world.emulate
    .table('pull_requests')
    .findBy('repo_id', repo?.id ?? 0)
    .filter((p) => p.state === 'open' && p.head_sha === run.head_sha && p.head_repo_id === p.repo_id)
    .map((p) => ({
      url: `${world.url}/repos/${full}/pulls/${p.number}`,
      id: p.id,
      number: p.number,
      head: { ref: p.head_ref, sha: p.head_sha, repo: small },
      base: { ref: p.base_ref, sha: p.base_sha, repo: small },
    }));
  const suite = {
    ...(run.check_suite as JsonObject | null),
    status: suiteRow?.status,
    conclusion: suiteRow?.conclusion,
    before: suiteRow?.before || null,
    after: suiteRow?.after,
    pull_requests,
    app,
    created_at: suiteRow?.created_at,
    updated_at: suiteRow?.updated_at,
  };
  return {
    ...run,
    started_at: run.started_at ?? row?.created_at,
    details_url: run.details_url ?? `${world.url}/${full}/runs/${run.id}`,
    output: { annotations_url: `${run.url}/annotations`, ...(run.output as JsonObject | null) },
    app,
    pull_requests,
    check_suite: suite,
  };
}

export function labelJson(world: Base, repo: RepoRow, name: string): JsonObject | undefined {
  const label = world.emulate.find('labels', (l) => l.repo_id === repo.id && l.name === name);
  return (
    label && {
      id: label.id,
      node_id: label.node_id,
      url: `${world.url}/repos/${repo.full_name}/labels/${encodeURIComponent(name)}`,
      name,
      color: label.color,
      default: label.default ?? false,
      description: label.description ?? null,
    }
  );
}

/** The key by which an issue's JSON says that it is a pull request. */
export function pullLink(world: Base, full: string, number: number): JsonObject | undefined {
  const repo = world.repo(full);
  const pull = world.emulate.find('pull_requests', (p) => p.repo_id === repo?.id && p.number === number);
  if (!pull) return undefined;
  const html = `${world.url}/${full}/pull/${number}`;
  return {
    url: `${world.url}/repos/${full}/pulls/${number}`,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    merged_at: pull.merged_at,
  };
}
