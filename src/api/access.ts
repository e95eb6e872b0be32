// Who may read (trust.md 10): a token in the Authorization header, or a session that a token opened. Nothing else.
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { ApiScope, ApiToken } from '../config/env-variables.ts';

export type Viewer = { name: string; scopes: readonly string[] };

/** `no_tokens`: API_TOKENS is not set, so nobody can be let in. `scope`: known, but not for this. */
export type Refusal = 'no_tokens' | 'no_token' | 'wrong_token' | 'scope';
export type Admission = { viewer: Viewer; refused?: undefined } | { viewer?: undefined; refused: Refusal };

export type Access = {
  /** Is whoever sent this request allowed to do what `scope` names? Without a scope: is it known? A header wins over a session. */
  admit(context: Context, scope?: ApiScope): Admission;
  /** Opens a session for the holder of `token`. */
  signIn(context: Context, token: string): Admission;
  /** Opens a session as the first token that may read: for one-time links. */
  signInAsReader(context: Context): Admission;
  signOut(context: Context): void;
};

/** Seconds that a session lasts. It also ends when its token leaves API_TOKENS. */
const sessionSeconds = 12 * 60 * 60;
const bearer = /^Bearer +([A-Za-z0-9._~+/=-]{1,500})$/i;
const sessionForm = /^(\d{1,12})\.([\w-]{22})\.([\w-]{43})$/;

type Known = Viewer & { hash: Buffer };

/**
 * `secure`: the public address is https. Sessions are kept nowhere: a session is signed with the hash of its token, so
 * restarts and replicas know it, it says nothing about the token, and it dies with the token.
 */
export function createAccess(tokens: readonly ApiToken[], { secure = false, now = Date.now } = {}): Access {
  const known = tokens.map(({ name, scopes, token }): Known => ({ name, scopes, hash: sha256(token) }));
  // The prefix makes browsers refuse a cookie of that name from a neighbouring host or over http.
  const cookie = secure ? '__Host-gantry' : 'gantry';
  const attributes = { path: '/', httpOnly: true, sameSite: 'Strict', secure } as const;

  const holderOf = (token: string): Known | undefined => {
    const hash = sha256(token);
    return onlyOne(known, (one) => timingSafeEqual(one.hash, hash));
  };

  function ownerOf(session: string): Known | undefined {
    const [, expires, nonce, mac] = sessionForm.exec(session) ?? [];
    if (expires === undefined || nonce === undefined || mac === undefined || Number(expires) * 1_000 < now())
      return undefined;
    const given = Buffer.from(mac);
    return onlyOne(known, ({ hash }) => timingSafeEqual(Buffer.from(signature(hash, `${expires}.${nonce}`)), given));
  }

  function open(context: Context, { hash, ...viewer }: Known): Admission {
    const claim = `${Math.floor(now() / 1_000) + sessionSeconds}.${randomBytes(16).toString('base64url')}`;
    setCookie(context, cookie, `${claim}.${signature(hash, claim)}`, { ...attributes, maxAge: sessionSeconds });
    return { viewer };
  }

  return {
    admit(context, scope) {
      if (known.length === 0) return { refused: 'no_tokens' };
      const header = context.req.header('authorization');
      const session = getCookie(context, cookie);
      if (header === undefined && session === undefined) return { refused: 'no_token' };
      const owner = header === undefined ? ownerOf(session ?? '') : holderOf(bearer.exec(header)?.[1] ?? '');
      if (!owner) return { refused: 'wrong_token' };
      return scope === undefined || owner.scopes.includes(scope)
        ? { viewer: { name: owner.name, scopes: owner.scopes } }
        : { refused: 'scope' };
    },
    signIn(context, token) {
      if (known.length === 0) return { refused: 'no_tokens' };
      const holder = holderOf(token);
      if (!holder) return { refused: 'wrong_token' };
      return holder.scopes.includes('read') ? open(context, holder) : { refused: 'scope' };
    },
    signInAsReader(context) {
      const reader = known.find(({ scopes }) => scopes.includes('read'));
      return reader ? open(context, reader) : { refused: 'no_tokens' };
    },
    signOut(context) {
      deleteCookie(context, cookie, attributes);
    },
  };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

const signature = (hash: Buffer, claim: string): string =>
  createHmac('sha256', hash).update(`gantry session ${claim}`).digest('base64url');

/** Looks at every entry, so that the time it takes tells nothing about which one it was. */
function onlyOne<T>(all: readonly T[], is: (one: T) => boolean): T | undefined {
  let found: T | undefined;
  for (const one of all) if (is(one)) found = one;
  return found;
}
