// The identity provider of workflow jobs: discovery, JWKS, request URL and claims as GitHub's, RS256.
import { randomBytes, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { World } from '../contract.ts';
import { githubError } from '../router.ts';

export interface Oidc {
  /** The `iss` claim; discovery lies below it. */
  issuer: string;
  /** ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN for one job; they work until `revoke`. */
  grant(claims: JWTPayload, subject: string): { requestUrl: string; requestToken: string; revoke(): void };
}

const lifetimeSeconds = 300;

export async function createOidc(world: Pick<World, 'url' | 'route'>): Promise<Oidc> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const kid = randomUUID();
  const key = { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'RS256' };
  const issuer = `${world.url}/_oidc`;
  const grants = new Map<string, { claims: JWTPayload; subject: string }>();

  world.route('GET', '/_oidc/.well-known/openid-configuration', () => ({
    status: 200,
    json: {
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks`,
      subject_types_supported: ['public', 'pairwise'],
      response_types_supported: ['id_token'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
    },
  }));
  world.route('GET', '/_oidc/.well-known/jwks', () => ({ status: 200, json: { keys: [key] } }));
  world.route('GET', '/_oidc/token', async (request) => {
    const grant = grants.get(String(request.headers.authorization ?? '').replace(/^bearer /i, ''));
    if (!grant) return githubError(401, 'Not authorized');
    const at = Math.floor(Date.now() / 1000);
    const owner = String(grant.claims.repository_owner);
    const value = await new SignJWT(grant.claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, x5t: kid })
      .setIssuer(issuer)
      .setSubject(grant.subject)
      .setAudience(request.query.get('audience') ?? `${world.url}/${owner}`)
      .setJti(randomUUID())
      .setNotBefore(at - lifetimeSeconds)
      .setIssuedAt(at)
      .setExpirationTime(at + lifetimeSeconds)
      .sign(privateKey);
    return { status: 200, json: { count: value.length, value } };
  });

  return {
    issuer,
    grant(claims, subject) {
      const requestToken = randomBytes(24).toString('base64url');
      grants.set(requestToken, { claims, subject });
      return {
        requestUrl: `${issuer}/token?api-version=2.0`,
        requestToken,
        revoke: () => void grants.delete(requestToken),
      };
    },
  };
}
