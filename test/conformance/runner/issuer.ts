// An identity issuer on loopback with real keys: discovery, JWKS, and the request URL that a job is given.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

export type Issuer = {
  url: string;
  /** How often the keys were asked for. */
  keyRequests(): number;
  sign(claims: JWTPayload, over?: SignOptions): Promise<string>;
  /** ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN for a job with these claims. */
  grant(claims: JWTPayload): { url: string; token: string };
  /** Publishes another key beside those that are there, and signs with it from now on where `kid` says so. */
  addKey(kid: string): Promise<void>;
  dropKey(kid: string): void;
  close(): Promise<void>;
};

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

export type SignOptions = {
  issuer?: string;
  audience?: string | string[];
  expires?: number;
  notBefore?: number;
  key?: KeyPair['privateKey'];
  /** `one` where it is not said. */
  kid?: string;
};

export async function startIssuer(audience: () => string): Promise<Issuer> {
  /** A key that is no longer published still signs: its holder may have kept it. */
  const keys = new Map<string, { jwk: JWK; privateKey: KeyPair['privateKey']; published: boolean }>();
  const addKey = async (kid: string) => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    keys.set(kid, {
      jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' },
      privateKey,
      published: true,
    });
  };
  await addKey('one');
  let granted: JWTPayload = {};
  let asked = 0;
  let url = '';

  const sign = (claims: JWTPayload, over: SignOptions = {}) => {
    const kid = over.kid ?? 'one';
    const key = over.key ?? keys.get(kid)?.privateKey;
    if (!key) throw new Error(`there is no key ${kid}`);
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ jti: crypto.randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'RS256', kid })
      .setIssuer(over.issuer ?? url)
      .setAudience(over.audience ?? audience())
      .setSubject('repo:whatever:form')
      .setIssuedAt(now)
      .setNotBefore(over.notBefore ?? now - 60)
      .setExpirationTime(over.expires ?? now + 300)
      .sign(key);
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const answer = (json: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(json));
    if (pathname.endsWith('/openid-configuration')) answer({ issuer: url, jwks_uri: `${url}/jwks` });
    else if (pathname === '/jwks') {
      asked++;
      answer({ keys: [...keys.values()].filter(({ published }) => published).map(({ jwk }) => jwk) });
    } else if (pathname === '/token' && request.headers.authorization === 'bearer request-token')
      answer({ value: await sign(granted, { audience: searchParams.get('audience') ?? '' }) });
    else response.writeHead(404).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return {
    url,
    keyRequests: () => asked,
    sign,
    grant(claims) {
      granted = claims;
      return { url: `${url}/token?api-version=2.0`, token: 'request-token' };
    },
    addKey,
    dropKey(kid) {
      const key = keys.get(kid);
      if (key) key.published = false;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
