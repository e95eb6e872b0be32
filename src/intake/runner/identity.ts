// Who a job is: its OIDC token, verified against the issuer's published keys. `sub` is never read: its form varies.
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { Retryable } from '../../errors.ts';

const id = z.string().regex(/^[1-9]\d{0,18}$/);
const text = z.string().min(1).max(500);

/** The claims that are judged; GitHub sends all of them as strings. */
export const JobClaims = z.object({
  repository: text,
  repository_id: id,
  repository_owner_id: id,
  event_name: text,
  ref: text,
  workflow_ref: text,
  job_workflow_ref: text,
  job_workflow_sha: text,
  actor_id: id,
  run_id: id,
  run_attempt: id,
  check_run_id: id,
  runner_environment: text,
  jti: text,
});
export type JobClaims = z.infer<typeof JobClaims>;

/** `why` names the claim or the rule, never a value of the token. */
export type Identified = { ok: true; claims: JobClaims } | { ok: false; why: string };

export type IdentityVerifier = (token: string) => Promise<Identified>;

/** Seconds by which clocks may differ. */
const clockTolerance = 30;
const discoveryMs = 5_000;

/** Keys are kept ten minutes and asked again for an unknown key id, within half a minute (jose's cooldown) once. Throws Retryable while the issuer does not answer. */
export function createIdentityVerifier({ issuer, audience }: { issuer: string; audience: string }): IdentityVerifier {
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;
  const keySet = () => {
    keys ??= discover(issuer).catch((error) => {
      keys = undefined;
      throw error;
    });
    return keys;
  };
  return async (token) => {
    const options = { issuer, audience, algorithms: ['RS256'], clockTolerance, requiredClaims: ['exp', 'nbf', 'iat'] };
    const getKey = await keySet();
    try {
      return readClaims((await jwtVerify(token, getKey, options)).payload, audience);
    } catch (error) {
      return refusalOf(error);
    }
  };
}

async function discover(issuer: string) {
  try {
    const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
      redirect: 'error',
      signal: AbortSignal.timeout(discoveryMs),
    });
    const found = z.object({ issuer: z.literal(issuer), jwks_uri: z.url() }).parse(await response.json());
    return createRemoteJWKSet(new URL(found.jwks_uri), { cacheMaxAge: 600_000, timeoutDuration: discoveryMs });
  } catch (cause) {
    throw new Retryable(`The identity issuer ${issuer} does not answer as an OpenID provider.`, { cause });
  }
}

function readClaims(payload: JWTPayload, audience: string): Identified {
  // A token for several audiences could have been made for, and seen by, somebody else.
  if (payload.aud !== audience) return { ok: false, why: 'aud must be our public address and nothing else' };
  const parsed = JobClaims.safeParse(payload);
  if (parsed.success) return { ok: true, claims: parsed.data };
  const names = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))];
  return { ok: false, why: `missing or malformed: ${names.join(', ')}` };
}

const unanswered = [errors.JWKSTimeout, errors.JWKSInvalid];

function refusalOf(error: unknown): Identified {
  if (!(error instanceof errors.JOSEError) || unanswered.some((kind) => error instanceof kind))
    throw new Retryable('The keys of the identity issuer could not be read.', { cause: error });
  // The library's own class, unspecialised, is how it reports an answer of the issuer other than 200.
  if (error.constructor === errors.JOSEError)
    throw new Retryable('The keys of the identity issuer could not be read.', { cause: error });
  if (error instanceof errors.JWTClaimValidationFailed)
    return { ok: false, why: `claim ${error.claim} is not as it must be (${error.reason})` };
  return { ok: false, why: error.code };
}
