// Who may do what. emulate calls every member an admin and lets any token label, close or merge in a public
// repository; here people's roles and the App's permissions decide, by the table in permissions.ts.
import type { Actor, Core, WorldAnswer, WorldRequest } from './contract.ts';
import { PERMISSION_TABLE } from './permissions.ts';
import { atLeast, highest, type Role, roleNamed } from './roles.ts';
import { githubError } from './router.ts';
import type { RepoRow } from './rows.ts';

export interface Rights {
  /** The person's role now; `none` also for unknown logins. Case does not matter. */
  roleOf(login: string, repo: RepoRow): Role;
  /** People need the role, Apps one of the permissions at that level. */
  can(actor: Actor, repo: RepoRow, role: Role, permissions: string[], level?: 'read' | 'write'): boolean;
  canReadCode(actor: Actor, repo: RepoRow): boolean;
  canWriteCode(actor: Actor, repo: RepoRow): boolean;
}

export function createRights(core: Core): Rights {
  const { emulate } = core;

  function teamRoles(userId: number, repo: RepoRow): Role[] {
    const org = emulate.table('orgs').get(repo.owner_id);
    return emulate
      .table('team_members')
      .findBy('user_id', userId)
      .map((member): Role => {
        const team = emulate.table('teams').get(member.team_id);
        if (!org || team?.org_id !== org.id) return 'none';
        if (team.slug === 'members')
          return member.role === 'maintainer' ? 'admin' : roleNamed(org.default_repository_permission);
        const shared = emulate
          .table('team_repos')
          .findBy('team_id', team.id)
          .some((t) => t.repo_id === repo.id);
        return shared ? roleNamed(team.permission) : 'none';
      });
  }

  function roleOf(login: string, repo: RepoRow): Role {
    const user = core.userOf({ login });
    if (!user) return 'none';
    if (repo.owner_type === 'User') {
      if (repo.owner_id === user.id) return 'admin';
    }
    const direct = emulate.table('collaborators').findBy('repo_id', repo.id);
    return highest([
      repo.private ? 'none' : 'read',
      ...direct.filter((c) => c.user_id === user.id).map((c) => roleNamed(c.permission)),
      ...(repo.owner_type === 'Organization' ? teamRoles(user.id, repo) : []),
    ]);
  }

  const can: Rights['can'] = (actor, repo, role, permissions, level = 'write') => {
    if (actor.kind === 'user') return atLeast(roleOf(actor.login, repo), role);
    if (actor.kind !== 'installation') return level === 'read' && !repo.private;
    if (level === 'read' && !repo.private) return true;
    const { accountId, accountType, repositorySelection, repositoryIds, permissions: granted } = actor.installation;
    const covered = accountId === repo.owner_id && accountType === repo.owner_type;
    if (!covered || (repositorySelection === 'selected' && !repositoryIds.includes(repo.id))) return false;
    return permissions.some((name) => name === 'metadata' || granted[name] === 'write' || granted[name] === level);
  };

  return {
    roleOf,
    can,
    canReadCode: (actor, repo) => can(actor, repo, 'read', ['contents'], 'read'),
    canWriteCode: (actor, repo) => can(actor, repo, 'write', ['contents']),
  };
}

/** The gate before every route: hidden repositories, people's roles, the App's permissions. */
export function createRightsGate(core: Core, rights: Rights): (request: WorldRequest) => WorldAnswer | undefined {
  const notFound = githubError(404, 'Not Found');
  const forApps = githubError(403, 'Resource not accessible by integration');

  function isAuthor(request: WorldRequest, repo: RepoRow, path: string): boolean {
    const [, kind, id] = /^\/(issues\/comments|issues|pulls)\/(\d+)$/.exec(path) ?? [];
    const me = core.userOf(request.actor)?.id;
    if (!kind || me === undefined) return false;
    if (kind === 'issues/comments') return core.emulate.table('comments').get(Number(id))?.user_id === me;
    return core.emulate.find('issues', (i) => i.repo_id === repo.id && i.number === Number(id))?.user_id === me;
  }

  return (request) => {
    const [, full, path = ''] = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(request.path) ?? [];
    if (!full || request.actor.kind === 'app') return undefined;
    const repo = core.repo(full);
    if (!repo || !rights.can(request.actor, repo, 'read', ['metadata'], 'read')) return notFound; // not 403: it does not exist
    const rule = PERMISSION_TABLE.find((r) => r.method === request.method && r.pattern.test(path));
    const byApp = request.actor.kind === 'installation';
    if (!rule) return byApp && request.method !== 'GET' ? forApps : undefined;
    if (request.actor.kind === 'anonymous' && rule.level === 'write')
      return githubError(401, 'Requires authentication');
    if (byApp) return rights.can(request.actor, repo, 'read', rule.permissions, rule.level) ? undefined : forApps;
    if (rule.role === 'never') return githubError(403, 'You must authenticate via a GitHub App.');
    if (rights.can(request.actor, repo, rule.role, [], rule.level) || isAuthor(request, repo, path)) return undefined;
    return githubError(403, 'Must have admin rights to Repository.');
  };
}

/** GET collaborators/{user}/permission, which emulate answers wrongly for members and roles. */
export function installPermissionRoute(core: Core, rights: Rights): void {
  core.route('GET', '/repos/:owner/:repo/collaborators/:user/permission', async (request) => {
    const repo = core.repo(`${request.params.owner}/${request.params.repo}`);
    const user = core.userOf({ login: request.params.user ?? '' });
    if (!repo || !user) return githubError(404, 'Not Found');
    const role = rights.roleOf(user.login, repo);
    const permission = role === 'triage' ? 'read' : role === 'maintain' ? 'write' : role;
    const permissions = {
      pull: atLeast(role, 'read'),
      triage: atLeast(role, 'triage'),
      push: atLeast(role, 'write'),
      maintain: atLeast(role, 'maintain'),
      admin: atLeast(role, 'admin'),
    };
    const person = await core.personJson({ login: user.login });
    return { status: 200, json: { permission, role_name: role, user: { ...person, permissions, role_name: role } } };
  });
}
