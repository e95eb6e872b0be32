// GET /metrics for Prometheus, behind a token like every other reading.
import { Hono } from 'hono';
import type { ApiToken } from '../config/env-variables.ts';
import type { Journal } from '../journal/database.ts';
import { createAccess } from './access.ts';
import { observeJournal } from './journal-metrics.ts';
import type { Metrics } from './metrics.ts';
import { problem, refusalProblem } from './problem.ts';

export type MetricsRouteOptions = {
  metrics: Metrics;
  journal: Pick<Journal, 'db' | 'boss'>;
  tokens: readonly ApiToken[];
  publicUrl: string;
  onError?: (error: unknown, about: { method: string; path: string }) => void;
};

/** Mounted at /metrics. Scrapes that come together share one reading of the database. Once per registry. */
export function createMetricsRoute({
  metrics: { registry },
  journal,
  tokens,
  publicUrl,
  onError,
}: MetricsRouteOptions): Hono {
  const access = createAccess(tokens, { secure: publicUrl.startsWith('https:') });
  observeJournal(registry, journal);
  let reading: Promise<string> | undefined;
  const read = (): Promise<string> => {
    reading ??= registry.metrics().finally(() => {
      reading = undefined;
    });
    return reading;
  };
  const route = new Hono();
  route.get('/', async (context) => {
    const { refused } = access.admit(context, 'read');
    if (refused) return refusalProblem(refused);
    return context.body(await read(), 200, { 'content-type': registry.contentType, 'cache-control': 'no-store' });
  });
  route.onError((error, { req }) => {
    onError?.(error, { method: req.method, path: req.path });
    return problem(500, 'internal', 'The numbers could not be read; the log says why.');
  });
  return route;
}
