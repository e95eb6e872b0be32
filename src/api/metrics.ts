// The numbers that Gantry shows to Prometheus: one registry per app, labels from fixed lists only.
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { BudgetName } from '../facts/budget.ts';
import type { Watch } from '../loop/watch.ts';
import { watchLoop } from './loop-metrics.ts';
import { observeQuota, type QuotaSeen } from './quota.ts';
import { classOf, methodOf, statusOf } from './route-class.ts';

/** What the GitHub adapter says of each request it has sent (its RequestSeen). */
export type RequestSent = { method: string; route: string; status: number; ms: number };

export type Metrics = {
  registry: Registry;
  /** For the GitHub adapter's `onRequest`. Never throws. */
  githubRequest(seen: RequestSent): void;
  budgetExceeded(budget: BudgetName): void;
  /** For its `onQuota`. Never throws. */
  githubQuota(seen: QuotaSeen): void;
  /** At the runner's door. */
  strangerRefused(at: 'token' | 'exchange'): void;
  /** For the loop. */
  watch: Watch;
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
  const exceeded = new Counter({
    name: 'gantry_budget_exceeded_total',
    help: 'Budgets that ended a run or kept one from starting, by the name of the budget, as told by this process.',
    labelNames: ['budget'],
    registers: [registry],
  });
  for (const budget of BudgetName.options) exceeded.inc({ budget }, 0);
  const duplicates = new Counter({
    name: 'gantry_duplicates_removed_total',
    help: 'Comments that were on GitHub twice after an unclear answer, and were taken away.',
    labelNames: ['kind'],
    registers: [registry],
  });
  const strangers = new Counter({
    name: 'gantry_runner_strangers_refused_total',
    help: "Requests at the runner's door that no run could be named for, by what was refused: a run token, or the exchange of an identity.",
    labelNames: ['at'],
    registers: [registry],
  });
  for (const at of ['token', 'exchange']) strangers.inc({ at }, 0);
  return {
    registry,
    budgetExceeded: (budget) => exceeded.inc({ budget }),
    strangerRefused: (at) => strangers.inc({ at }),
    githubQuota: observeQuota(registry),
    watch: watchLoop(registry),
    duplicatesRemoved: (kind, count) => duplicates.inc({ kind }, count),
    githubRequest({ method, route, status, ms }) {
      const kind = classOf(route);
      requests.inc({ method: methodOf(method), route: kind, status: statusOf(status) });
      seconds.observe({ route: kind }, ms / 1_000);
    },
  };
}
