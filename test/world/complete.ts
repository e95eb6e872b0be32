// Completes one webhook payload: what emulate leaves out and only the event's context can tell.
import { appJson, checkRunJson, labelJson, pullLink } from './app-json.ts';
import type { Core, JsonObject } from './contract.ts';
import type { FrontContext } from './front.ts';
import type { Memory } from './memory.ts';
import { APP } from './seed.ts';

export type Complete = (
  event: string,
  action: string | undefined,
  payload: JsonObject,
  full: string | undefined,
) => JsonObject;

type World = Pick<Core, 'url' | 'emulate' | 'repo'>;

export function createComplete(
  world: World,
  memory: Memory,
  polish: <T>(json: T) => T,
  context: () => FrontContext | undefined,
): Complete {
  return (event, action, payload, full) => {
    const out: JsonObject = { ...payload };
    const repo = full === undefined ? undefined : world.repo(full);
    if (repo?.owner_type === 'Organization') out.organization ??= organization(world, repo.owner_id);
    if (event === 'pull_request') out.number ??= (out.pull_request as { number: number }).number;
    if (event === 'pull_request_review') {
      const review = out.review as { state: string };
      out.review = { ...review, state: review.state.toLowerCase() }; // upper case in REST, lower case in webhooks
    }
    const label = out.label as { name: string } | null | undefined;
    if (repo && label && (event === 'issues' || event === 'pull_request'))
      out.label = labelJson(world, repo, label.name) ?? label;
    const issue = out.issue as { number: number } | undefined;
    const link = full !== undefined && issue && pullLink(world, full, issue.number);
    if (link) out.issue = { ...issue, html_url: link.html_url, pull_request: link };
    if (event === 'issue_comment') noteAppToken(out);
    if (event === 'check_run' && full !== undefined)
      out.check_run = checkRun(out.check_run as JsonObject, action, full);
    if (event === 'check_suite') {
      out.check_suite = { ...(out.check_suite as JsonObject), app: appJson(world, APP.id) };
    }
    if (action === 'edited') out.changes = changes(out);
    if (event === 'create') {
      const ref = String(out.ref).replace(/^refs\/(heads|tags)\//, '');
      Object.assign(out, { description: repo?.description ?? null, pusher_type: 'user', ref });
    }
    return polish(structuredClone(out));
  };

  /** emulate forgets who made a check run; the request that is being answered knows. */
  function checkRun(run: JsonObject, action: string | undefined, full: string): JsonObject {
    const appId = context()?.actor?.installation?.appId;
    if (action === 'created' && appId !== undefined) memory.checkApps.set(Number(run.id), appId);
    return checkRunJson(world, memory, full, run);
  }

  /** A person's token that our App obtained (`ghu_`): the comment carries performed_via_github_app. */
  function noteAppToken(out: JsonObject): void {
    if (!context()?.actor?.token?.startsWith('ghu_')) return;
    memory.throughApps.set(Number((out.comment as { id: number }).id), APP.id);
  }

  function changes(out: JsonObject): JsonObject {
    const now = (out.comment ?? out.pull_request ?? out.issue) as JsonObject;
    const before = Object.entries(context()?.before ?? {}).filter(([name, value]) => value !== now[name]);
    const told = (out.changes ?? {}) as JsonObject; // ours (a retarget) are objects already, emulate's are booleans
    const kept = Object.entries(told).filter(([, value]) => typeof value === 'object');
    return Object.fromEntries([...kept, ...before.map(([name, value]) => [name, { from: value ?? '' }])]);
  }
}

function organization(world: World, id: number): JsonObject | undefined {
  const org = world.emulate.table('orgs').get(id);
  if (!org) return undefined;
  const url = `${world.url}/orgs/${org.login}`;
  return {
    login: org.login,
    id: org.id,
    node_id: org.node_id,
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${world.url}/avatars/${org.login}`,
    description: org.description,
  };
}
