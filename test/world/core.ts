// Core: emulate behind the front, identities, and requests on behalf of somebody. Every other part stands on it.
import { randomBytes } from 'node:crypto';
import type { AppKeys } from './app-keys.ts';
import type { Actor, Cause, Core, WorldAnswer, WorldRequest } from './contract.ts';
import type { Emulate } from './door.ts';
import type { Front } from './front.ts';
import { tokenOf } from './seed.ts';

export type Identity = Pick<Core, 'actorOf' | 'userOf' | 'repo' | 'grantToken' | 'revokeToken' | 'adminToken'>;

export function createIdentity(emulate: Emulate, appKeys: AppKeys): Identity {
  return {
    adminToken: `Bearer ${tokenOf('root-admin')}`,
    repo: (full) => emulate.table('repos').findOneBy('full_name', full),
    /** emulate maps any unknown token to its first user, so unknown ones are found out here. */
    actorOf(authorization): Actor {
      if (!authorization) return { kind: 'anonymous' };
      const token = /^basic /i.test(authorization)
        ? (Buffer.from(authorization.slice(6), 'base64').toString().split(':').pop() ?? '')
        : authorization.replace(/^(bearer|token)\s+/i, '').trim();
      if (token.startsWith('eyJ')) {
        const taken = appKeys.taken(token);
        return taken === undefined ? { kind: 'bad' } : { kind: 'app', token: taken };
      }
      const known = emulate.tokens.get(token);
      if (!known) return { kind: 'bad' };
      const { login, installation } = known;
      return installation ? { kind: 'installation', token, login, installation } : { kind: 'user', token, login };
    },
    userOf(cause: Cause) {
      const { installation } = cause;
      const app = installation && emulate.find('apps', (a) => a.app_id === installation.appId);
      const login = (app ? `${app.slug}[bot]` : cause.login)?.toLowerCase();
      return login === undefined ? undefined : emulate.find('users', (u) => u.login.toLowerCase() === login);
    },
    grantToken(grant) {
      const token = `ghs_${randomBytes(18).toString('base64url')}`;
      const owner = emulate.table(grant.accountType === 'Organization' ? 'orgs' : 'users').get(grant.accountId);
      emulate.tokens.set(token, { login: owner?.login ?? '', id: grant.accountId, scopes: [], installation: grant });
      return token;
    },
    revokeToken: (token) => void emulate.tokens.delete(token),
  };
}

export type Calls = Pick<Core, 'pass' | 'as'>;

const UNFORWARDED = ['content-length', 'connection', 'transfer-encoding', 'expect', 'if-none-match'];

export function createCalls(front: Front, emulate: Emulate, identity: Identity): Calls {
  const host = new URL(front.url).host;

  async function call(method: string, path: string, headers: Headers, body: string | Buffer | undefined) {
    const empty = /^(GET|HEAD)$/.test(method) || !body || body.length === 0;
    const content = empty ? null : new Uint8Array(Buffer.from(body));
    const answer = await emulate.fetch(new Request(front.url + path, { method, headers, body: content }));
    const raw = Buffer.from(await answer.arrayBuffer());
    let json: unknown;
    try {
      json = JSON.parse(raw.toString('utf8'));
    } catch {
      json = undefined; // no JSON: the bytes are passed on as they are
    }
    return { status: answer.status, headers: Object.fromEntries(answer.headers), raw, json };
  }

  async function pass(request: WorldRequest, over: Parameters<Core['pass']>[1] = {}): Promise<WorldAnswer> {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (typeof value === 'string' && !UNFORWARDED.includes(name)) headers.set(name, value);
    }
    if (request.actor.kind === 'app') headers.set('authorization', `Bearer ${request.actor.token}`);
    const body = over.body === undefined ? request.raw : JSON.stringify(over.body);
    return call(over.method ?? request.method, over.path ?? request.path + request.search, headers, body);
  }

  // emulate counts 5,000 requests per token and hour, our own included: the world's own alias changes often.
  let spent = 0;
  let alias = identity.adminToken;
  function admin(): string {
    const root = emulate.tokens.get(identity.adminToken.slice(7));
    if (spent++ % 2000 === 0 && root) {
      alias = `Bearer own-${spent}`;
      emulate.tokens.set(alias.slice(7), root);
    }
    return alias;
  }

  return {
    pass,
    async as<T>(authorization: string, method: string, path: string, body?: object) {
      const headers = new Headers({
        authorization: authorization === identity.adminToken ? admin() : authorization,
        host,
      });
      const { status, json, headers: out } = await call(method, path, headers, body && JSON.stringify(body));
      return { status, json: json as T, headers: out };
    },
  };
}
