// A person of the world, acting over the same HTTP API as everybody. Every method but `request` throws PersonRefused
// when GitHub says no, with the status.
import type { JsonObject } from './contract.ts';
import type { CheckRunJson, CommentJson, IssueJson, PullJson } from './github-json.ts';

export interface Answer<T> {
  status: number;
  json: T;
  headers: Headers;
}

export type ReviewEvent = 'APPROVE' | 'REQUEST_CHANGES' | 'COMMENT';

export class PersonRefused extends Error {
  readonly status: number;
  readonly json: unknown;
  constructor(what: string, status: number, json: unknown) {
    super(`${what} was answered ${status}: ${JSON.stringify(json)}`);
    this.name = 'PersonRefused';
    this.status = status;
    this.json = json;
  }
}

/** `repo` is always `owner/name`; `n` an issue's or pull request's number. */
export interface Person {
  login: string;
  id: number;
  token: string;
  /** Any status is an answer. `json` is undefined for an empty body. */
  request<T = JsonObject>(method: string, path: string, body?: JsonObject): Promise<Answer<T>>;
  /** The same person through a token that our App obtained: comments carry performed_via_github_app. */
  throughApp(): Person;
  openIssue(repo: string, issue: { title: string; body?: string; labels?: string[] }): Promise<IssueJson>;
  issue(repo: string, n: number): Promise<IssueJson>;
  editIssue(repo: string, n: number, change: JsonObject): Promise<IssueJson>;
  closeIssue(repo: string, n: number): Promise<IssueJson>;
  reopenIssue(repo: string, n: number): Promise<IssueJson>;
  label(repo: string, n: number, ...labels: string[]): Promise<void>;
  unlabel(repo: string, n: number, label: string): Promise<void>;
  comment(repo: string, n: number, body: string): Promise<CommentJson>;
  editComment(repo: string, id: number, body: string): Promise<CommentJson>;
  deleteComment(repo: string, id: number): Promise<void>;
  /** Oldest first, all pages. */
  comments(repo: string, n: number): Promise<CommentJson[]>;
  /** All pages, newest first. */
  pulls(repo: string, state?: 'open' | 'closed' | 'all'): Promise<PullJson[]>;
  pull(repo: string, n: number): Promise<PullJson>;
  openPull(
    repo: string,
    pull: { title: string; head: string; base?: string; body?: string; draft?: boolean },
  ): Promise<PullJson>;
  editPull(repo: string, n: number, change: JsonObject): Promise<PullJson>;
  review(repo: string, n: number, event: ReviewEvent, body?: string): Promise<{ id: number }>;
  merge(repo: string, n: number, options?: JsonObject): Promise<{ sha: string }>;
  /** The newest of each name and App. */
  checks(repo: string, ref: string): Promise<CheckRunJson[]>;
  /** A file's text on a ref; undefined: there is none. */
  readFile(repo: string, path: string, ref?: string): Promise<string | undefined>;
  /** One commit on a branch of the repository, through the contents API. Returns the commit's SHA. */
  putFile(
    repo: string,
    path: string,
    content: string,
    options?: { branch?: string; message?: string },
  ): Promise<string>;
  /**
   * One commit with all these files (null deletes) on a branch, which is made from `from` (default: the default branch)
   * when it does not exist. Returns the commit's SHA. `force` gives the branch another history: this one commit on `from`.
   */
  push(
    repo: string,
    branch: string,
    files: Record<string, string | null>,
    options?: { message?: string; from?: string; force?: true },
  ): Promise<string>;
  fork(repo: string): Promise<string>;
  /** Admins only. */
  setRole(repo: string, login: string, permission: string): Promise<void>;
  removeRole(repo: string, login: string): Promise<void>;
  /** Admins only; `checks` required by name, `approvals` the reviews needed. */
  protect(
    repo: string,
    branch: string,
    rule: { checks?: string[]; approvals?: number; strict?: boolean },
  ): Promise<void>;
  graphql<T = JsonObject>(
    query: string,
    variables?: JsonObject,
  ): Promise<{ data?: T; errors?: { message: string; type?: string }[] }>;
}

export interface PersonOptions {
  url: string;
  login: string;
  id: number;
  token: string;
  /** A `ghu_` token of the same person. */
  appToken: string;
}

export function createPerson(about: PersonOptions): Person {
  const { url, login, id, token } = about;

  async function request<T>(method: string, path: string, body?: JsonObject): Promise<Answer<T>> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'user-agent': login };
    const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, json: (text === '' ? undefined : JSON.parse(text)) as T, headers: answer.headers };
  }
  async function ask<T>(method: string, path: string, body?: JsonObject): Promise<T> {
    const { status, json } = await request<T>(method, path, body);
    if (status >= 400) throw new PersonRefused(`${login}: ${method} ${path}`, status, json);
    return json;
  }
  async function all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let page = 1; ; page++) {
      const more = await ask<T[]>('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=100&page=${page}`);
      items.push(...more);
      if (more.length < 100) return items;
    }
  }
  const base64 = (content: string) => Buffer.from(content).toString('base64');
  const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/');

  async function push(
    repo: string,
    branch: string,
    files: Record<string, string | null>,
    options: { message?: string; from?: string; force?: true } = {},
  ): Promise<string> {
    const api = `/repos/${repo}/git`;
    const existing = await request<{ object: { sha: string } }>('GET', `${api}/ref/heads/${branch}`);
    const from = options.from ?? (await ask<{ default_branch: string }>('GET', `/repos/${repo}`)).default_branch;
    const start = existing.status === 200 ? `heads/${branch}` : `heads/${from}`;
    const at = async (ref: string) => (await ask<{ object: { sha: string } }>('GET', `${api}/ref/${ref}`)).object.sha;
    const head = await at(start);
    const parent = options.force ? await at(`heads/${from}`) : head;
    const base = (await ask<{ tree: { sha: string } }>('GET', `${api}/commits/${head}`)).tree.sha;
    const tree = Object.entries(files).map(([path, content]) => ({
      path,
      mode: '100644',
      type: 'blob',
      ...(content === null ? { sha: null } : { content }),
    }));
    const made = await ask<{ sha: string }>('POST', `${api}/trees`, { base_tree: base, tree });
    const message = options.message ?? `Change ${Object.keys(files).join(', ')}`;
    const { sha } = await ask<{ sha: string }>('POST', `${api}/commits`, {
      message,
      tree: made.sha,
      parents: [parent],
    });
    if (existing.status === 200)
      await ask('PATCH', `${api}/refs/heads/${branch}`, { sha, force: options.force === true });
    else await ask('POST', `${api}/refs`, { ref: `refs/heads/${branch}`, sha });
    return sha;
  }

  return {
    login,
    id,
    token,
    request,
    push,
    throughApp: () => createPerson({ ...about, token: about.appToken }),
    openIssue: (repo, issue) => ask('POST', `/repos/${repo}/issues`, issue),
    issue: (repo, n) => ask('GET', `/repos/${repo}/issues/${n}`),
    editIssue: (repo, n, change) => ask('PATCH', `/repos/${repo}/issues/${n}`, change),
    closeIssue: (repo, n) => ask('PATCH', `/repos/${repo}/issues/${n}`, { state: 'closed' }),
    reopenIssue: (repo, n) => ask('PATCH', `/repos/${repo}/issues/${n}`, { state: 'open' }),
    label: (repo, n, ...labels) => ask('POST', `/repos/${repo}/issues/${n}/labels`, { labels }),
    unlabel: (repo, n, label) => ask('DELETE', `/repos/${repo}/issues/${n}/labels/${encodeURIComponent(label)}`),
    comment: (repo, n, body) => ask('POST', `/repos/${repo}/issues/${n}/comments`, { body }),
    editComment: (repo, comment, body) => ask('PATCH', `/repos/${repo}/issues/comments/${comment}`, { body }),
    deleteComment: (repo, comment) => ask('DELETE', `/repos/${repo}/issues/comments/${comment}`),
    comments: (repo, n) => all(`/repos/${repo}/issues/${n}/comments`),
    pulls: (repo, state = 'open') => all(`/repos/${repo}/pulls?state=${state}`),
    pull: (repo, n) => ask('GET', `/repos/${repo}/pulls/${n}`),
    openPull: (repo, pull) => ask('POST', `/repos/${repo}/pulls`, { base: 'main', ...pull }),
    editPull: (repo, n, change) => ask('PATCH', `/repos/${repo}/pulls/${n}`, change),
    review: (repo, n, event, body) =>
      ask('POST', `/repos/${repo}/pulls/${n}/reviews`, { event, ...(body && { body }) }),
    merge: (repo, n, options = {}) => ask('PUT', `/repos/${repo}/pulls/${n}/merge`, options),
    async checks(repo, ref) {
      const path = `/repos/${repo}/commits/${ref}/check-runs?per_page=100`;
      return (await ask<{ check_runs: CheckRunJson[] }>('GET', path)).check_runs;
    },
    async readFile(repo, path, ref) {
      const query = ref === undefined ? '' : `?ref=${encodeURIComponent(ref)}`;
      const { status, json } = await request<{ content: string }>(
        'GET',
        `/repos/${repo}/contents/${encodePath(path)}${query}`,
      );
      return status === 200 ? Buffer.from(json.content, 'base64').toString() : undefined;
    },
    async putFile(repo, path, content, { branch = 'main', message = `Change ${path}` } = {}) {
      const where = `/repos/${repo}/contents/${encodePath(path)}`;
      const old = await request<{ sha: string }>('GET', `${where}?ref=${encodeURIComponent(branch)}`);
      const sha = old.status === 200 ? { sha: old.json.sha } : {};
      const made = await ask<{ commit: { sha: string } }>('PUT', where, {
        message,
        branch,
        content: base64(content),
        ...sha,
      });
      return made.commit.sha;
    },
    fork: async (repo) => (await ask<{ full_name: string }>('POST', `/repos/${repo}/forks`, {})).full_name,
    setRole: (repo, who, permission) => ask('PUT', `/repos/${repo}/collaborators/${who}`, { permission }),
    removeRole: (repo, who) => ask('DELETE', `/repos/${repo}/collaborators/${who}`),
    protect: (repo, branch, { checks = [], approvals, strict = false }) =>
      ask('PUT', `/repos/${repo}/branches/${branch}/protection`, {
        required_status_checks: checks.length > 0 ? { strict, contexts: checks } : null,
        enforce_admins: true,
        required_pull_request_reviews: approvals === undefined ? null : { required_approving_review_count: approvals },
        restrictions: null,
      }),
    graphql: (query, variables = {}) => ask('POST', '/graphql', { query, variables }),
  };
}
