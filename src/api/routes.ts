// Every HTTP route but the webhook door, which answers before any framework sees a request.
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Logger } from 'pino';
import type { AgentAdapter } from '../../adapters/agent/contract.ts';
import type { GitHubReader } from '../../adapters/github/contract.ts';
import type { Tracer } from '../../adapters/tracer/contract.ts';
import type { Env } from '../config/env.ts';
import type { AgentName } from '../facts/policy.ts';
import { truthOf } from '../gateway/journal-meter.ts';
import { passOn } from '../gateway/pass-on.ts';
import type { Provider } from '../gateway/provider.ts';
import { createRunnerDoor } from '../intake/runner/door.ts';
import type { RunnerRules } from '../intake/runner/job-rules.ts';
import type { Journal } from '../journal/database.ts';
import type { Inbox } from '../journal/inbox.ts';
import { createApi } from './api.ts';
import type { Metrics } from './metrics.ts';
import { createMetricsRoute } from './metrics-route.ts';
import { createModelCalls } from './model-calls.ts';
import { createPages } from './pages.ts';
import { createProbes, dependencies } from './probes.ts';
import { createRefusalLog } from './refusal-log.ts';
import type { SignInLinks } from './sign-in-links.ts';

export type RoutesOptions = {
  env: Pick<Env, 'apiTokens' | 'github' | 'gatewayUrl'>;
  journal: Journal;
  inbox: Inbox;
  reader: GitHubReader;
  agents: Readonly<Record<AgentName, AgentAdapter>>;
  providers: readonly Provider[];
  rules: RunnerRules;
  allowUnboxed: boolean;
  publicUrl: string;
  links: SignInLinks;
  metrics: Metrics;
  tracer: Tracer;
  log: Logger;
};

/** Heartbeats that may be missed before a runner's lease is given up. */
const silentHeartbeats = 6;

export function createRoutes(options: RoutesOptions) {
  const { env, journal, inbox, reader, publicUrl, links, metrics, log } = options;
  const shared = {
    tokens: env.apiTokens,
    publicUrl,
    onError: (error: unknown, about: { method: string; path: string }) =>
      log.error({ ...about, err: error }, 'a page or API request failed'),
  };
  const app = new Hono();
  app.route('/', createProbes(dependencies(journal, reader), shared));
  app.route('/runner', runnerDoor(options));
  app.route('/api/v1', createApi({ db: journal.db, enqueue: journal.enqueue, inbox, ...shared }));
  app.route('/metrics', createMetricsRoute({ metrics, journal, ...shared }));
  app.route(
    '/',
    createPages(journal.db, env.apiTokens, {
      publicUrl,
      serverUrl: env.github.serverUrl,
      links,
      onError: shared.onError,
    }),
  );
  return getRequestListener(app.fetch);
}

function runnerDoor(options: RoutesOptions) {
  const { env, reader, rules, allowUnboxed, publicUrl, metrics, log } = options;
  const { db, enqueue } = options.journal;
  return createRunnerDoor({
    db,
    enqueue,
    publicUrl,
    issuer: env.github.oidcIssuer,
    rules,
    botId: async () => (await reader.self()).botId,
    defaultBranch: (repository) => reader.defaultBranch(repository),
    ownerId: (repository) => reader.ownerId(repository),
    leaseSeconds: ({ heartbeatSeconds }) => heartbeatSeconds * silentHeartbeats,
    allowUnboxed,
    gateway: env.gatewayUrl === undefined ? createModelCalls(options) : passOn(env.gatewayUrl),
    truth: ({ id }) => truthOf(db, id),
    ...createRefusalLog(log, metrics),
    onError: (error, about) => log.error({ ...about, err: error }, 'a runner request failed'),
  });
}
