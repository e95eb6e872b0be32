// The numbers that Gantry shows to Prometheus: one registry per app, labels from fixed lists only.
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { classOf, methodOf, statusOf } from './route-class.ts';

/** What the GitHub adapter says of each request it has sent (its RequestSeen). */
export type RequestSent = { method: string; route: string; status: number; ms: number };

export type Metrics = {
  registry: Registry;
  /** For the GitHub adapter's `onRequest`. Never throws. */
  githubRequest(seen: RequestSent): void;
  /** `kind` is a target's; lists that lagged had let us write it twice. */
  duplicatesRemoved(kind: string, count: number): void;
};

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'gantry_github_requests_total',
    help: 'Requests sent to GitHub by this process, retries and token mints included.',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'gantry_github_request_seconds',
    help: 'Time until GitHub answered.',
    labelNames: ['route'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });
  const duplicates = new Counter({
    name: 'gantry_duplicates_removed_total',
    help: 'Comments that were on GitHub twice after an unclear answer, and were taken away.',
    labelNames: ['kind'],
    registers: [registry],
  });
  return {
    registry,
    duplicatesRemoved: (kind, count) => duplicates.inc({ kind }, count),
    githubRequest({ method, route, status, ms }) {
      const kind = classOf(route);
      requests.inc({ method: methodOf(method), route: kind, status: statusOf(status) });
      seconds.observe({ route: kind }, ms / 1_000);
    },
  };
}
