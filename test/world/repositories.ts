// Repositories: seeding one from files, forks with their history, and the list an installation sees.
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Core, JsonObject, NewRepository, WorldRequest } from './contract.ts';
import { githubError, paginate } from './router.ts';
import type { RepoRow } from './rows.ts';
import { PEOPLE } from './seed.ts';

interface SeedFile {
  path: string;
  mode: '100644' | '100755';
  content: Buffer;
}

const SKIPPED = new Set(['.git', 'node_modules']);

function filesOf(files: NewRepository['files'], name: string): SeedFile[] {
  if (typeof files === 'string') return readFolder(files, '');
  const given = files ?? { 'README.md': `# ${name}\n` };
  return Object.entries(given).map(([file, content]) => ({
    path: file,
    mode: '100644',
    content: Buffer.from(content),
  }));
}

function readFolder(root: string, below: string): SeedFile[] {
  return readdirSync(path.join(root, below), { withFileTypes: true }).flatMap((entry): SeedFile[] => {
    const file = path.posix.join(below, entry.name);
    if (SKIPPED.has(entry.name)) return [];
    if (entry.isDirectory()) return readFolder(root, file);
    if (!entry.isFile())
      throw new Error(`${path.join(root, file)} is neither a file nor a folder; a seed takes only those`);
    const executable = (lstatSync(path.join(root, file)).mode & 0o111) !== 0;
    return [{ path: file, mode: executable ? '100755' : '100644', content: readFileSync(path.join(root, file)) }];
  });
}

/** A repository whose only branch has one commit with these files. No webhook is sent for it. */
export async function addRepository(core: Core, wanted: NewRepository): Promise<RepoRow> {
  const { owner = 'acme', name } = wanted;
  const full = `${owner}/${name}`;
  const call = async (method: string, where: string, body: JsonObject) => {
    const answer = await core.as(core.adminToken, method, where, body);
    if (answer.status >= 400)
      throw new Error(`seeding ${full}: ${method} ${where} ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer.json;
  };
  if (owner !== 'acme')
    throw new Error(`addRepository: ${owner} is unknown; repositories belong to acme (or are forks)`);
  await call('POST', `/orgs/${owner}/repos`, { name, private: wanted.private ?? false, auto_init: true });
  const api = `/repos/${full}/git`;
  const tree: JsonObject[] = [];
  for (const { path: file, mode, content } of filesOf(wanted.files, name)) {
    const blob = await call('POST', `${api}/blobs`, { content: content.toString('base64'), encoding: 'base64' });
    tree.push({ path: file, mode, type: 'blob', sha: blob.sha });
  }
  const { sha: treeSha } = await call('POST', `${api}/trees`, { tree });
  const { sha } = await call('POST', `${api}/commits`, { message: 'Initial commit', tree: treeSha, parents: [] });
  const repo = core.repo(full);
  if (!repo) throw new Error(`${full} was not made`);
  for (const row of core.emulate.table('refs').findBy('repo_id', repo.id))
    core.emulate.table('refs').update(row.id, { sha: String(sha) });
  for (const row of core.emulate.table('branches').findBy('repo_id', repo.id)) {
    core.emulate.table('branches').update(row.id, { sha: String(sha) });
  }
  const roles =
    wanted.collaborators ?? Object.fromEntries(Object.entries(PEOPLE).map(([login, { role }]) => [login, role]));
  for (const [login, permission] of Object.entries(roles)) {
    if (permission !== 'none') await call('PUT', `/repos/${full}/collaborators/${login}`, { permission });
  }
  return repo;
}

export function installRepositoryRoutes(core: Core): void {
  const { emulate } = core;

  /** emulate gives a fork a history of its own; on GitHub it shares its parent's. */
  core.route('POST', '/repos/:owner/:repo/forks', async (request: WorldRequest) => {
    const parent = core.repo(`${request.params.owner}/${request.params.repo}`);
    const answer = await core.pass(request);
    const fork = core.repo((answer.json as { full_name?: string }).full_name ?? '');
    if (answer.status !== 202 || !parent || !fork) return answer;
    for (const name of ['blobs', 'trees', 'commits', 'tags', 'branches', 'refs'] as const) {
      const table = emulate.table(name);
      for (const row of table.findBy('repo_id', fork.id)) table.delete(row.id);
      for (const { id, ...row } of table.findBy('repo_id', parent.id)) {
        (table.insert as (row: object) => unknown)({ ...row, repo_id: fork.id });
      }
    }
    return answer;
  });

  core.route('GET', '/installation/repositories', async (request) => {
    const { installation } = request.actor;
    if (!installation) return githubError(403, 'Resource not accessible by personal access token');
    const { accountId, accountType, repositoryIds, repositorySelection } = installation;
    const list = emulate
      .table('repos')
      .findBy('owner_id', accountId)
      .filter((r) => r.owner_type === accountType)
      .filter((r) => repositorySelection === 'all' || repositoryIds.includes(r.id));
    const { items, headers } = paginate(request, core.url, list);
    const repositories = await Promise.all(
      items.map(async (r) => (await core.as(core.adminToken, 'GET', `/repos/${r.full_name}`)).json),
    );
    const json = { total_count: list.length, repository_selection: repositorySelection, repositories };
    return { status: 200, json, headers };
  });
}
