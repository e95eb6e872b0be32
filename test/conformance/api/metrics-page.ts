// docs/metrics.md as the registry of a running app tells it, and what the labels of its metrics may say.
import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import { BudgetName } from '../../../src/facts/budget.ts';
import { FailureClass, RunOutcome, RunState, Stage } from '../../../src/facts/run.ts';
import { TicketStage } from '../../../src/facts/stage.ts';

export type Metric = MetricObjectWithValues<MetricValue<string>>;

const queues = ['translate', 'react', 'perform', 'converge', 'offer', 'dead'];

const targetKinds = ['check', 'label', 'notice', 'reaction', 'reply', 'sticky'];

/** Every value that a label may have, by metric and label; a number is the most different ones it may have. */
export const closed: Record<string, Record<string, readonly string[] | number>> = {
  gantry_webhook_deliveries: { state: ['stored', 'translated', 'ignored', 'failed'] },
  gantry_tickets_open: { stage: TicketStage.options.map(({ shape }) => shape.name.value) },
  gantry_runs: { stage: Stage.options, state: RunState.options },
  gantry_runs_failed: { class: FailureClass.options },
  gantry_run_seconds: { stage: Stage.options, outcome: RunOutcome.options.map(({ shape }) => shape.kind.value) },
  gantry_queue_jobs: { queue: queues, state: ['ready', 'deferred', 'active', 'failed'] },
  gantry_queue_retried_jobs: { queue: queues },
  gantry_queue_oldest_seconds: { queue: queues },
  gantry_queue_wait_seconds: { queue: queues },
  gantry_queue_attempts_total: { queue: queues, attempt: ['first', 'again'] },
  gantry_budget_exceeded_total: { budget: BudgetName.options },
  gantry_runner_strangers_refused_total: { at: ['token', 'exchange'] },
  gantry_duplicates_removed_total: { kind: targetKinds },
  gantry_sweep_last_success_timestamp_seconds: { round: 12 },
  gantry_model_tokens_total: { direction: ['input', 'output'] },
  gantry_budget_tokens: { of: ['allowed', 'used'] },
  gantry_github_requests_total: {
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'other'],
    route: 13,
    status: ['2xx', '3xx', '4xx', '5xx', 'none'],
  },
  gantry_github_request_seconds: { route: 13 },
  gantry_github_quota_remaining: { installation: 51 },
};

const valuesOf = (list: readonly string[] | number): string =>
  typeof list === 'number' ? `at most ${list} values` : list.map((value) => `\`${value}\``).join(' ');

/** One row a metric, in the order of their names. */
export const table = (metrics: readonly Metric[]): string =>
  [
    '| metric | type | labels | what it says |',
    '|---|---|---|---|',
    ...metrics
      .filter(({ name }) => name.startsWith('gantry_'))
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .map(({ name, type, help }) => {
        const labels = Object.entries(closed[name] ?? {}).map(([label, list]) => `${label}: ${valuesOf(list)}`);
        return `| \`${name}\` | ${String(type)} | ${labels.join('<br>')} | ${help.replaceAll('|', '\\|')} |`;
      }),
  ].join('\n');
