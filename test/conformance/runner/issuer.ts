// An identity issuer on loopback with real keys: discovery, JWKS, and the request URL that a job is given.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export type Issuer = {
  url: string;
  /** How often the keys were asked for. */
  keyRequests(): number;
  sign(claims: JWTPayload, over?: SignOptions): Promise<string>;
  /** ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN for a job with these claims. */
  grant(claims: JWTPayload): { url: string; token: string };
  close(): Promise<void>;
};

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

export type SignOptions = {
  issuer?: string;
  audience?: string | string[];
  expires?: number;
  notBefore?: number;
  key?: KeyPair['privateKey'];
};

export async function startIssuer(audience: () => string): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', use: 'sig', alg: 'RS256' };
  let granted: JWTPayload = {};
  let asked = 0;
  let url = '';

  const sign = (claims: JWTPayload, over: SignOptions = {}) => {
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ jti: crypto.randomUUID(), ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(over.issuer ?? url)
      .setAudience(over.audience ?? audience())
      .setSubject('repo:whatever:form')
      .setIssuedAt(now)
      .setNotBefore(over.notBefore ?? now - 60)
      .setExpirationTime(over.expires ?? now + 300)
      .sign(over.key ?? privateKey);
  };
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
    const answer = (json: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(json));
    if (pathname.endsWith('/openid-configuration')) answer({ issuer: url, jwks_uri: `${url}/jwks` });
    else if (pathname === '/jwks') {
      asked++;
      answer({ keys: [jwk] });
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
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
