// Repairs any JSON that leaves the world, answers and webhooks alike: fields that GitHub always sends and emulate omits.
import { appJson } from './app-json.ts';
import type { Core, JsonObject } from './contract.ts';
import type { Memory } from './memory.ts';

const USER_TAILS = {
  followers_url: '/followers',
  following_url: '/following{/other_user}',
  gists_url: '/gists{/gist_id}',
  starred_url: '/starred{/owner}{/repo}',
  subscriptions_url: '/subscriptions',
  organizations_url: '/orgs',
  repos_url: '/repos',
  events_url: '/events{/privacy}',
  received_events_url: '/received_events',
};
const REPOSITORY_DEFAULTS: JsonObject = {
  allow_update_branch: false,
  use_squash_pr_title_as_default: false,
  has_pull_requests: true,
  pull_request_creation_policy: 'all',
  web_commit_signoff_required: false,
  custom_properties: {},
  merge_commit_message: 'PR_TITLE',
  merge_commit_title: 'MERGE_MESSAGE',
  squash_merge_commit_message: 'COMMIT_MESSAGES',
  squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
  network_count: 0,
  subscribers_count: 0,
};

/** emulate stamps a new comment at its insertion and once more right after; on GitHub both times are the same. */
const STAMPED_TWICE_MS = 50;

/** Fills what is missing; a value that is there, null included, stays. */
function fillIn(target: JsonObject, values: JsonObject): void {
  for (const [key, value] of Object.entries(values)) if (target[key] === undefined) target[key] = value;
}

export function createPolish(world: Pick<Core, 'url' | 'emulate' | 'repo'>, memory: Memory): <T>(json: T) => T {
  function polishUser(user: JsonObject): void {
    const url = `${world.url}/users/${encodeURIComponent(String(user.login))}`;
    for (const [key, tail] of Object.entries(USER_TAILS)) user[key] ??= url + tail;
    user.html_url ??= `${world.url}/${user.login}`;
    fillIn(user, { gravatar_id: '', site_admin: false, user_view_type: 'public' });
  }

  function polishComment(comment: JsonObject): void {
    const author = comment.user as { login: string; type: string } | null;
    const bot = author?.type === 'Bot' ? author.login.replace(/\[bot\]$|%5Bbot%5D$/, '') : undefined;
    const appId =
      memory.throughApps.get(Number(comment.id)) ?? world.emulate.find('apps', (a) => a.slug === bot)?.app_id;
    comment.performed_via_github_app = appJson(world, appId);
    const age = Date.parse(String(comment.updated_at)) - Date.parse(String(comment.created_at));
    if (age < STAMPED_TWICE_MS) comment.updated_at = comment.created_at;
    const [, full = '', number] = /\/repos\/([^/]+\/[^/]+)\/issues\/(\d+)$/.exec(String(comment.issue_url)) ?? [];
    const repoId = world.repo(full)?.id;
    // What stands under a pull request is linked as such.
    if (world.emulate.find('pull_requests', (p) => p.repo_id === repoId && p.number === Number(number)))
      comment.html_url = String(comment.html_url).replace('/issues/', '/pull/');
  }

  function polishObject(x: JsonObject): void {
    if (typeof x.login === 'string' && typeof x.id === 'number' && x.type && !x.followers_url) polishUser(x);
    if (typeof x.full_name === 'string' && x.forks_url) fillIn(x, REPOSITORY_DEFAULTS);
    if (x.head && x.base && x.review_comments_url) x.active_lock_reason ??= null;
    if (x.access_tokens_url && x.app_id) x.target_id ??= (x.account as { id: number } | null)?.id;
    if (x.issue_url && x.user && !x.diff_hunk && !x.review_comments_url && !x.submitted_at) polishComment(x);
  }

  function polish(x: unknown, key = ''): unknown {
    if (Array.isArray(x)) return x.map((item) => polish(item));
    if (typeof x === 'string') return key.endsWith('url') ? x.replaceAll('[bot]', '%5Bbot%5D') : x;
    if (x === null || typeof x !== 'object') return x;
    const out: JsonObject = { ...x };
    polishObject(out);
    for (const [name, value] of Object.entries(out)) out[name] = polish(value, name);
    return out;
  }

  return <T>(json: T) => polish(json) as T;
}
