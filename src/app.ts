// The application as one value: journal, loop and HTTP, built from adapters that the root chose.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Logger } from 'pino';
import type { AgentAdapter } from '../adapters/agent/contract.ts';
import type { GitStore } from '../adapters/git/contract.ts';
import type { GitHub } from '../adapters/github/contract.ts';
import type { OpenSpec } from '../adapters/openspec/contract.ts';
import { createPages } from './api/pages.ts';
import { createProbes, dependencies } from './api/probes.ts';
import type { Env } from './config/env.ts';
import type { Ports } from './effects/contract.ts';
import { effects } from './effects/index.ts';
import type { AgentName } from './facts/policy.ts';
import { createGateway } from './gateway/gateway.ts';
import { createJournalMeter, truthOf } from './gateway/journal-meter.ts';
import type { Provider } from './gateway/provider.ts';
import { createDoor } from './intake/github/door.ts';
import { createRunnerDoor } from './intake/runner/door.ts';
import type { RunnerRules } from './intake/runner/job-rules.ts';
import { type Journal, openJournal, type Where } from './journal/database.ts';
import { createInbox } from './journal/inbox.ts';
import { type Loop, type Rounds, startLoop } from './loop/loop.ts';

export type AppOptions = {
  env: Env;
  where: Where;
  github: GitHub;
  git: GitStore;
  openspec: OpenSpec;
  agents: Readonly<Record<AgentName, AgentAdapter>>;
  providers: readonly Provider[];
  rules: RunnerRules;
  /** True only where the operator said so by name: the local demo on a machine without bubblewrap. */
  allowUnboxed: boolean;
  rounds: Rounds;
  signingKey?: string | undefined;
  log: Logger;
};

export type App = { url: string; journal: Journal; loop: Loop; close(): Promise<void> };

/** Seconds that a runner may take to pick a run up, and to be silent before its lease is given up. */
const pickUpSeconds = 600;
const silentHeartbeats = 6;
/** Runs over all repositories at the same time. */
const totalRuns = 20;

export async function startApp(options: AppOptions): Promise<App> {
  const { env, github, log } = options;
  const journal = await openJournal(options.where, (error) =>
    log.error({ err: error }, 'the database connection failed'),
  );
  const inbox = createInbox(journal.db, journal.enqueue);
  const server = http.createServer();
  const url = await listen(server, env.http.port, env.http.host, env.http.publicUrl);
  const self = await github.reader.self();
  const ports: Ports = {
    reader: github.reader,
    writer: github.writer,
    git: options.git,
    openspec: options.openspec,
    db: journal.db,
    serverUrl: env.github.serverUrl,
    runners: { publicUrl: url, workflow: options.rules.caller, totalRuns, pickUpSeconds },
    signingKey: options.signingKey,
  };
  const door = createDoor({
    inbox,
    secrets: { current: env.webhook.secret, previous: env.webhook.previousSecret },
    onError: (error) => log.error({ err: error }, 'a webhook could not be stored'),
  });
  const routes = routesOf(options, journal, url, self.botId);
  server.on('request', (request, response) => {
    if (request.method === 'POST' && request.url?.split('?')[0] === '/api/github/webhooks')
      void door(request, response);
    else void routes(request, response);
  });
  const loop = await startLoop({ journal, inbox, effects, ports, self, log, rounds: options.rounds });
  return {
    url,
    journal,
    loop,
    async close() {
      await new Promise((done) => {
        server.close(done);
        server.closeIdleConnections();
      });
      await loop.stop();
      await journal.close();
    },
  };
}

function routesOf(
  { env, github, agents, providers, rules, allowUnboxed, log }: AppOptions,
  journal: Journal,
  url: string,
  botId: number,
) {
  const { db, enqueue } = journal;
  const gateway = createGateway({
    providers,
    meter: createJournalMeter(db),
    log: {
      call: (run, call) => log.info({ run_id: run, call }, 'model call'),
      unsettled: (run, call, error) =>
        log.error({ run_id: run, call, err: error }, 'a model call could not be settled'),
    },
  });
  const app = new Hono();
  app.route('/', createProbes(dependencies(journal, github.reader)));
  app.route(
    '/runner',
    createRunnerDoor({
      db,
      enqueue,
      publicUrl: url,
      issuer: env.github.oidcIssuer,
      rules,
      botId: async () => botId,
      defaultBranch: (repository) => github.reader.defaultBranch(repository),
      leaseSeconds: ({ heartbeatSeconds }) => heartbeatSeconds * silentHeartbeats,
      allowUnboxed,
      gateway: (request, { id, assignment: { agent } }) =>
        gateway.fetch(request, { run: id, models: modelsOf(agents[agent.name], agent.model) }),
      truth: ({ id }) => truthOf(db, id),
      onError: (error, about) => log.error({ ...about, err: error }, 'a runner request failed'),
    }),
  );
  app.route('/', createPages(db, env.apiTokens));
  return getRequestListener(app.fetch);
}

/** Port 0 picks a free one; then the public URL that was derived from the port is the one that was picked. */
async function listen(server: http.Server, port: number, host: string, publicUrl: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return port === 0 ? `http://${host}:${(server.address() as AddressInfo).port}` : publicUrl;
}

/** Agents make small side calls (titles, summaries) with models of their own. */
function modelsOf(agent: AgentAdapter, model: string | undefined): string[] {
  const { defaultModel, sideModels } = agent.describe();
  return [model ?? defaultModel, ...sideModels];
}
