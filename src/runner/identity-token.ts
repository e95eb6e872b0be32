// The job's own identity token, asked from GitHub's runner for exactly one audience.
import { z } from 'zod';
import { Permanent, Retryable } from '../errors.ts';
import type { Settings } from './ports.ts';

const waitMs = 20_000;

/** Throws Permanent where the workflow gives the job no identity, Retryable where the issuer does not answer. */
export async function fetchIdentityToken(identity: Settings['identity'], audience: string): Promise<string> {
  if (!identity)
    throw new Permanent(
      'The job has no identity token: ACTIONS_ID_TOKEN_REQUEST_URL is not set. Give the job `permissions: id-token: write`.',
    );
  const url = new URL(identity.url);
  url.searchParams.set('audience', audience);
  const response = await fetch(url, {
    headers: { authorization: `bearer ${identity.token}`, accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(waitMs),
  }).catch((cause: unknown) => {
    throw new Retryable('The identity token could not be asked for.', { cause });
  });
  if (!response.ok) throw new Retryable(`The identity token was refused with ${response.status}.`);
  const answer = z.object({ value: z.string().min(1) }).safeParse(await response.json());
  if (!answer.success) throw new Retryable('The answer to the request for an identity token holds no token.');
  return answer.data.value;
}
