// The journal's numbers in the registry, read when somebody scrapes. Every replica on one database shows the same.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Journal } from '../journal/database.ts';
import { readRounds } from '../journal/sweep-round.ts';
import {
  deliveries,
  failures,
  liveBudget,
  modelTokens,
  openTickets,
  pendingFacts,
  runs,
  type Sample,
  waitingJobs,
} from './read/gauges.ts';
import { durationBounds, runDurations } from './read/run-durations.ts';

/** The dead letter included. */
const queues = ['translate', 'react', 'perform', 'converge', 'offer', 'dead'];

export function observeJournal(registry: Registry, { db, boss }: Pick<Journal, 'db' | 'boss'>): void {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[], read: () => Promise<Sample[]>) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      async collect() {
        const samples = await read();
        this.reset();
        for (const { labels, value } of samples) this.set(labels, value);
      },
    });
  const single = (value: number): Sample[] => [{ labels: {}, value }];

  gauge('gantry_webhook_deliveries', 'Deliveries in the inbox by what became of them.', ['state'], () =>
    deliveries(db),
  );
  gauge('gantry_facts_pending', 'Facts that are not folded into their stream yet.', [], async () =>
    single((await pendingFacts(db)).count),
  );
  gauge('gantry_facts_pending_oldest_seconds', 'How long the oldest of them has waited.', [], async () =>
    single((await pendingFacts(db)).oldest),
  );
  gauge('gantry_tickets_open', 'Tickets that are not over, by stage.', ['stage'], () => openTickets(db));
  gauge('gantry_runs', 'Runs by stage and state.', ['stage', 'state'], () => runs(db));
  gauge('gantry_runs_failed', 'Failed runs by class.', ['class'], () => failures(db));
  gauge('gantry_queue_jobs', 'Jobs by queue; dead is the dead letter.', ['queue', 'state'], async () =>
    (await boss.getQueues(queues)).flatMap(({ name, readyCount, deferredCount, activeCount, failedCount }) =>
      Object.entries({ ready: readyCount, deferred: deferredCount, active: activeCount, failed: failedCount }).map(
        ([state, value]) => ({
          labels: { queue: name, state },
          value,
        }),
      ),
    ),
  );
  gauge('gantry_queue_retried_jobs', 'Jobs that wait to be tried again, by queue.', ['queue'], async () =>
    ofQueues(await waitingJobs(db), 'retried'),
  );
  gauge(
    'gantry_queue_oldest_seconds',
    'For how long the oldest job that is due has waited, by queue.',
    ['queue'],
    async () => ofQueues(await waitingJobs(db), 'oldest'),
  );
  gauge(
    'gantry_sweep_last_success_timestamp_seconds',
    'When each round of the sweep last went well, by the database; 0 before its first time.',
    ['round'],
    async () =>
      (await readRounds(db)).map(({ name, succeededAt }) => ({
        labels: { round: name },
        value: (succeededAt?.getTime() ?? 0) / 1_000,
      })),
  );
  gauge(
    'gantry_budget_tokens',
    'Tokens of the runs that are live: what they may use and what they used.',
    ['of'],
    async () => {
      const { allowed, used } = await liveBudget(db);
      return [
        { labels: { of: 'allowed' }, value: allowed },
        { labels: { of: 'used' }, value: used },
      ];
    },
  );
  registry.registerMetric(runSeconds(db));
  gauge('gantry_model_tokens_reserved', 'Tokens reserved for model calls under way.', [], async () =>
    single((await modelTokens(db)).reserved),
  );
  new Counter({
    name: 'gantry_model_tokens_total',
    help: 'Tokens of all model calls as the gateway settled them, from the database: the same in every replica.',
    labelNames: ['direction'],
    registers,
    async collect() {
      const { input, output } = await modelTokens(db);
      this.reset();
      this.inc({ direction: 'input' }, input);
      this.inc({ direction: 'output' }, output);
    },
  });
  new Counter({
    name: 'gantry_model_cost_dollars_total',
    help: 'US dollars of all model calls with a known price, at list prices, from the database: the same in every replica.',
    registers,
    async collect() {
      const { micros } = await modelTokens(db);
      this.reset();
      this.inc(micros / 1_000_000);
    },
  });
}

const ofQueues = (known: Awaited<ReturnType<typeof waitingJobs>>, key: 'retried' | 'oldest'): Sample[] =>
  queues.map((queue) => ({ labels: { queue }, value: known.get(queue)?.[key] ?? 0 }));

/**
 * Counted by the database, so that a restart loses none. prom-client's own histogram can only be told of one event after
 * the other, so its answer is replaced: the function that it and the registry ask, which its types leave out.
 */
function runSeconds(db: Journal['db']): Histogram<'stage' | 'outcome'> {
  const name = 'gantry_run_seconds';
  const help = 'How long runs took from their claim to their end, by stage and outcome, over all that ended.';
  const histogram = new Histogram({ name, help, labelNames: ['stage', 'outcome'], registers: [] });
  const getForPromString = async () => ({
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    values: (await runDurations(db)).flatMap(({ stage, outcome, within, count, seconds }) => [
      ...[...within, count].map((value, n) => ({
        metricName: `${name}_bucket`,
        labels: { le: durationBounds[n] ?? '+Inf' },
        sharedLabels: { stage, outcome },
        value,
      })),
      { metricName: `${name}_sum`, labels: {}, sharedLabels: { stage, outcome }, value: seconds },
      { metricName: `${name}_count`, labels: {}, sharedLabels: { stage, outcome }, value: count },
    ]),
  });
  return Object.assign(histogram, { getForPromString });
}
