// What an answer's headers say about the primary limit.
import type { Quota } from '../../changes/contract.ts';

/** Undefined where GitHub does not say (GHES without limits), or speaks of another budget than the REST API's. */
export function quotaOf(headers: Record<string, string | number | undefined>): Quota | undefined {
  const [limit, remaining, resetAt] = ['limit', 'remaining', 'reset'].map((name) =>
    Number(headers[`x-ratelimit-${name}`] ?? Number.NaN),
  );
  if (limit === undefined || remaining === undefined || resetAt === undefined) return undefined;
  if (![limit, remaining, resetAt].every(Number.isFinite)) return undefined;
  return (headers['x-ratelimit-resource'] ?? 'core') === 'core' ? { limit, remaining, resetAt } : undefined;
}
