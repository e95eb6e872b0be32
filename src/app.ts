// The application as one value: journal, loop and HTTP, built from adapters that the root chose.
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { AgentAdapter } from '../adapters/agent/contract.ts';
import type { GitHubChanges } from '../adapters/changes/contract.ts';
import type { GitStore } from '../adapters/git/contract.ts';
import type { AppIdentity, GitHub, GitHubReader } from '../adapters/github/contract.ts';
import type { OpenSpec } from '../adapters/openspec/contract.ts';
import type { Tracer } from '../adapters/tracer/contract.ts';
import { createBudgetAlarm } from './api/budget-alarm.ts';
import { listen } from './api/listen.ts';
import type { Metrics } from './api/metrics.ts';
import { createRoutes } from './api/routes.ts';
import { createSignInLinks } from './api/sign-in-links.ts';
import type { Env } from './config/env.ts';
import type { Ports } from './effects/contract.ts';
import { guardGit, guardWriter, type Standing } from './effects/guard/guard-writes.ts';
import { effects } from './effects/index.ts';
import { Retryable } from './errors.ts';
import type { AgentName } from './facts/policy.ts';
import { modelsFor } from './gateway/models.ts';
import type { Provider } from './gateway/provider.ts';
import { createDoor } from './intake/github/door.ts';
import type { RunnerRules } from './intake/runner/job-rules.ts';
import { standstillOf } from './journal/control.ts';
import { type Journal, openJournal, type Where } from './journal/database.ts';
import { createInbox } from './journal/inbox.ts';
import { readRun } from './journal/lease.ts';
import { tracedInbox } from './journal/traced-inbox.ts';
import { type Loop, startLoop } from './loop/loop.ts';
import type { Rounds } from './loop/sweep/rounds.ts';

export type AppOptions = {
  env: Env;
  where: Where;
  github: GitHub & { changes: GitHubChanges };
  git: GitStore;
  openspec: OpenSpec;
  agents: Readonly<Record<AgentName, AgentAdapter>>;
  providers: readonly Provider[];
  rules: RunnerRules;
  /** True only where the operator said so by name: the local demo on a machine without bubblewrap. */
  allowUnboxed: boolean;
  rounds: Rounds;
  signingKey?: string | undefined;
  metrics: Metrics;
  /** The one that `log` asks what its lines are about. Closed by the app. */
  tracer: Tracer;
  log: Logger;
};

export type App = {
  url: string;
  journal: Journal;
  loop: Loop;
  /** A link that signs one browser in, once, within a minute. */
  signInLink(): string;
  close(): Promise<void>;
};

/** Seconds that a runner may take to pick a run up. */
const pickUpSeconds = 600;
/** Runs over all repositories at the same time. */
const totalRuns = 20;
/** Chosen by hand: GitHub promises nothing, a second is what was seen. */
const listLagMs = 2_000;
/** Seconds until GitHub is asked again who we are, where it names no time: at start it may be away, or the App installed nowhere. */
const askAgainSeconds = 5;
/** How long requests that are under way may take when the app stops. */
const graceMs = 5_000;

export async function startApp(options: AppOptions): Promise<App> {
  const { env, github, log, tracer, metrics } = options;
  const journal = await openJournal(options.where, (error) =>
    log.error({ err: error }, 'the database connection failed'),
  );
  const inbox = tracedInbox(createInbox(journal.db, journal.enqueue), tracer);
  const door = createDoor({
    inbox,
    secrets: { current: env.webhook.secret, previous: env.webhook.previousSecret },
    onError: (error, guid) => log.error({ delivery_id: guid, err: error }, 'a webhook could not be stored'),
  });
  let answer: http.RequestListener = (_, response) => {
    response.writeHead(503, { 'retry-after': '1' }).end('{"message":"Gantry is starting"}');
  };
  const server = http.createServer((request, response) => {
    const isWebhook = request.method === 'POST' && request.url?.split('?')[0] === '/api/github/webhooks';
    void (isWebhook ? door(request, response) : answer(request, response));
  });
  const taken = await listen(server, env.http);
  // The public URL that was derived from port 0 is the one that was taken.
  const url = env.http.port === 0 ? taken : env.http.publicUrl;
  const standing: Standing = async (repo, run) =>
    standstillOf(journal.db, { repo, agent: run && (await readRun(journal.db, run))?.assignment.agent.name });
  const ports: Ports = {
    reader: github.reader,
    writer: guardWriter(github.writer, standing),
    git: guardGit(options.git, standing),
    standing,
    openspec: options.openspec,
    db: journal.db,
    serverUrl: env.github.serverUrl,
    runners: { publicUrl: url, workflow: options.rules.caller, totalRuns, pickUpSeconds },
    modelOf: modelsFor(options.agents),
    listLagMs,
    signingKey: options.signingKey,
  };
  const links = createSignInLinks(url);
  answer = createRoutes({
    ...options,
    journal,
    inbox,
    reader: github.reader,
    publicUrl: url,
    links,
  });
  const self = await whoWeAre(github.reader, log);
  const onBudget = createBudgetAlarm(log, metrics);
  const loop = await startLoop({
    journal,
    inbox,
    effects,
    ports,
    changes: github.changes,
    self,
    log,
    tracer,
    watch: metrics.watch,
    rounds: options.rounds,
    onBudget,
    duplicatesRemoved: metrics.duplicatesRemoved,
  });
  return {
    url,
    journal,
    loop,
    signInLink: () => links.make(),
    async close() {
      // Webhooks are stored for as long as the listener is open; another replica works on them.
      const stopped = loop.stop();
      const late = setTimeout(() => server.closeAllConnections(), graceMs);
      await new Promise((done) => {
        server.close(done);
        server.closeIdleConnections();
      });
      clearTimeout(late);
      await stopped;
      await journal.close();
      await tracer.close();
    },
  };
}

/** Nothing is worked on before GitHub has said who we are. Meanwhile webhooks are stored, and `/ready` names GitHub. */
async function whoWeAre(reader: Pick<GitHubReader, 'self'>, log: Logger): Promise<AppIdentity> {
  for (;;) {
    try {
      return await reader.self();
    } catch (error) {
      if (!(error instanceof Retryable)) throw error;
      const after = error.after ?? askAgainSeconds;
      log.warn({ err: error, after }, 'GitHub does not say who this App is: webhooks are stored, nothing is worked on');
      await pause(after * 1_000);
    }
  }
}
