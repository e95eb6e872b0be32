// The token of one run: random, kept only as its digest, dead with the lease.
import { createHash, randomBytes } from 'node:crypto';

export const mintRunToken = (): string => `gtr_${randomBytes(32).toString('base64url')}`;

/** What the run's row holds. The token is random, so a plain digest cannot be guessed back. */
export const hashRunToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** From an Authorization header; undefined where it holds none of ours. */
export function bearerRunToken(header: string | undefined): string | undefined {
  return /^Bearer (gtr_[A-Za-z0-9_-]{43})$/i.exec(header ?? '')?.[1];
}
