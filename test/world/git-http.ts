// Git over HTTP: `git http-backend` as CGI, streamed, and the pre-receive hook that asks the world's permission.
import { spawn } from 'node:child_process';
import { GIT_ENV, gitRoot } from './bare-repository.ts';
import type { Actor, Core, WorldAnswer, WorldRequest } from './contract.ts';
import { ZERO_SHA } from './events.ts';
import type { Git } from './git.ts';
import type { Rights } from './rights.ts';

const GIT_PATH = /^\/([^/_][^/]*\/[^/]+?)(?:\.git)?\/(info\/refs|git-(?:upload|receive)-pack)$/;

/** True when it takes the request; the answer is streamed. */
export function createGitStream(core: Core, git: Git, rights: Rights): (request: WorldRequest) => boolean {
  return (request) => {
    const [, full, tail] = GIT_PATH.exec(request.path) ?? [];
    if (full === undefined || tail === undefined) return false;
    serve(request, full, tail).catch((error: unknown) => {
      core.errors.push(error);
      request.res.destroy();
    });
    return true;
  };

  async function serve(request: WorldRequest, full: string, tail: string): Promise<void> {
    const actor = core.actorOf(request.req.headers.authorization);
    const write = (request.query.get('service') ?? tail) === 'git-receive-pack';
    const refusal = refuse(actor, full, write);
    if (refusal) {
      request.res.writeHead(refusal.status, { 'content-type': 'text/plain', ...refusal.headers }).end(refusal.raw);
      return;
    }
    await git.toGit(full);
    while (git.locked(full)) await git.toGit(full);
    if (write && request.method === 'POST') {
      git.lock(full, new Promise((done) => request.res.on('close', () => done())));
    }
    backend(request, full, tail, actor);
  }

  function refuse(actor: Actor, full: string, write: boolean): WorldAnswer | undefined {
    const repo = core.repo(full);
    const text = (status: number, words: string, headers = {}): WorldAnswer => ({
      status,
      raw: Buffer.from(words),
      headers,
    });
    const mustSign = actor.kind === 'bad' || (actor.kind === 'anonymous' && (write || repo?.private !== false));
    if (mustSign) return text(401, 'Authentication required', { 'www-authenticate': 'Basic realm="GitHub"' });
    if (!repo || !rights.canReadCode(actor, repo)) return text(404, 'Repository not found.');
    const who = actor.login ?? 'anonymous';
    if (write && !rights.canWriteCode(actor, repo)) return text(403, `Permission to ${full}.git denied to ${who}.`);
    return undefined;
  }

  function backend(request: WorldRequest, full: string, tail: string, actor: Actor): void {
    const { req, res } = request;
    const child = spawn('git', ['http-backend'], {
      env: {
        ...GIT_ENV,
        GIT_PROJECT_ROOT: gitRoot(core.root),
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: `/${full}.git/${tail}`,
        REQUEST_METHOD: request.method,
        QUERY_STRING: request.search.slice(1),
        CONTENT_TYPE: String(req.headers['content-type'] ?? ''),
        HTTP_CONTENT_ENCODING: String(req.headers['content-encoding'] ?? ''),
        GIT_PROTOCOL: String(req.headers['git-protocol'] ?? ''),
        REMOTE_USER: actor.login ?? '',
        WORLD_REPO: full,
        WORLD_AUTH: req.headers.authorization ?? '',
      },
    });
    req.pipe(child.stdin);
    child.stdin.on('error', () => undefined); // http-backend may stop reading early; its answer says why
    child.stderr.on('data', (data: Buffer) => core.errors.push(new Error(`git http-backend: ${data}`)));
    child.on('error', (error) => core.errors.push(error));
    let head = Buffer.alloc(0);
    let open = false;
    child.stdout.on('data', (data: Buffer) => {
      if (open) return void res.write(data);
      head = Buffer.concat([head, data]);
      const at = head.indexOf('\r\n\r\n');
      if (at < 0) return;
      open = true;
      const { status, headers } = cgiHead(head.subarray(0, at).toString());
      res.writeHead(status, headers);
      res.write(head.subarray(at + 4));
    });
    child.on('close', () => {
      if (!open) res.writeHead(500, { 'content-type': 'text/plain' }).write('git http-backend failed');
      res.end();
    });
  }
}

function cgiHead(text: string): { status: number; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  for (const line of text.split('\r\n')) {
    const at = line.indexOf(':');
    headers[line.slice(0, at)] = line.slice(at + 1).trim();
  }
  const { Status = '200', ...rest } = headers;
  return { status: Number.parseInt(Status, 10), headers: rest };
}

interface RefUpdate {
  old: string;
  next: string;
  ref: string;
}

/** Moves refs through emulate's REST with the pusher's token: rights, protection and webhooks come with it. */
export function installPreReceive(
  core: Core,
  git: Git,
  deleted: (full: string, ref: string, before: string, cause: Actor) => void,
  blockedByRules: (full: string, ref: string) => string | undefined,
): void {
  const say = (text: string): WorldAnswer => ({ status: 200, raw: Buffer.from(text) });

  core.route('POST', '/_git/pre-receive', async (request) => {
    const { env, body } = request.body as { env: Record<string, string>; body: string };
    const full = env.WORLD_REPO ?? '';
    const actor = core.actorOf(env.WORLD_AUTH);
    const quarantine = {
      GIT_OBJECT_DIRECTORY: env.GIT_OBJECT_DIRECTORY ?? '',
      GIT_ALTERNATE_OBJECT_DIRECTORIES: env.GIT_ALTERNATE_OBJECT_DIRECTORIES ?? '',
    };
    const updates = body
      .trim()
      .split('\n')
      .map((line): RefUpdate => {
        const [old = '', next = '', ref = ''] = line.split(' ');
        return { old, next, ref };
      });
    for (const update of updates) {
      const refusal = await forbidden(full, actor, update, quarantine);
      if (refusal) return say(refusal);
    }
    const tips = updates.filter((u) => u.next !== ZERO_SHA).map((u) => u.next);
    const kept = tips.length > 0 ? await git.toEmulate(full, tips, quarantine) : () => undefined;
    const stale = updates.find(({ old, ref }) => old !== (shaOf(full, ref) ?? ZERO_SHA));
    if (stale) return say(`cannot lock ref '${stale.ref}': it moved, fetch first`);
    for (const update of updates) {
      const out = await move(full, actor, update);
      if (out.status >= 400) return say(`GH006: ${update.ref}: ${out.json?.message ?? out.status}`);
      if (update.next === ZERO_SHA) deleted(full, update.ref, update.old, actor);
    }
    kept();
    return say('');
  });

  const shaOf = (full: string, ref: string): string | undefined =>
    core.emulate.find('refs', (r) => r.ref === ref && r.repo_id === core.repo(full)?.id)?.sha;

  async function forbidden(full: string, actor: Actor, { old, next, ref }: RefUpdate, env: Record<string, string>) {
    if (ref.startsWith('refs/pull/')) return `deny updating a hidden ref: ${ref}`;
    const rule = blockedByRules(full, ref);
    if (rule) return rule;
    if (next === ZERO_SHA || !actor.installation || actor.installation.permissions.workflows === 'write')
      return undefined;
    // To GitHub a branch from an older commit brings the workflows of that commit back (seen by others, not by us).
    const tip = shaOf(full, `refs/heads/${core.repo(full)?.default_branch}`);
    const older = ['diff', '--name-only', '--no-renames', tip ?? '', next, '--', '.github/workflows'];
    const returned = old === ZERO_SHA && tip ? (await git.text(full, older, { env })).split('\n')[0] : undefined;
    const range = old === ZERO_SHA ? [next, '--not', '--all'] : [`${old}..${next}`];
    const args = ['log', '--format=', '--name-only', '--no-renames', '-m', ...range, '--', '.github/workflows'];
    const file = (await git.text(full, args, { env })).split('\n')[0] || returned;
    if (!file) return undefined;
    return `refusing to allow a GitHub App to create or update workflow \`${file}\` without \`workflows\` permission`;
  }

  function move(full: string, actor: Actor, { old, next, ref }: RefUpdate) {
    const call = (method: string, path: string, body?: Record<string, unknown>) =>
      core.as<{ message?: string } | undefined>(`Bearer ${actor.token}`, method, `/repos/${full}/git${path}`, body);
    const short = ref.replace(/^refs\//, '');
    if (next === ZERO_SHA) return call('DELETE', `/refs/${short}`);
    if (old === ZERO_SHA) return call('POST', '/refs', { ref, sha: next });
    return call('PATCH', `/refs/${short}`, { sha: next, force: true });
  }
}
