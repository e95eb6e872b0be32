// The composition root: reads the environment, chooses the adapters, starts, and stops in order.
import path from 'node:path';
import { agents } from '../adapters/agent/index.ts';
import { createGitStore } from '../adapters/git/store.ts';
import { createGitHub } from '../adapters/github/octokit.ts';
import { createOpenSpec } from '../adapters/openspec/openspec.ts';
import { createBubblewrap } from '../adapters/sandbox/bubblewrap.ts';
import { openTracer } from '../adapters/tracer/tracer.ts';
import { createMetrics } from './api/metrics.ts';
import { startApp } from './app.ts';
import { readEnv } from './config/env.ts';
import { Permanent, UserFixable } from './errors.ts';
import { providersOf } from './gateway/provider.ts';
import type { RunnerRules } from './intake/runner/job-rules.ts';
import { createLog } from './log.ts';
import { sayInTerminal } from './render/messages.ts';

/** What GitHub runs for us, as `gantry init` installs it: the caller in each repository, the workflow in the owner's `gantry`. */
const runnerRules: RunnerRules = {
  reusable: '{owner}/gantry/.github/workflows/gantry.yml',
  caller: 'gantry.yml',
};

const stops = ['SIGTERM', 'SIGINT'] as const;

async function main(): Promise<void> {
  const env = readEnv(process.env);
  const tracer = await openTracer(env.otlpEndpoint, (why) => log.warn({ why }, 'spans could not be sent'));
  const log = createLog(env.logLevel, undefined, tracer.about);
  const metrics = createMetrics();
  const sandbox = createBubblewrap();
  const box = await sandbox.available();
  if (!box.ok)
    log.error(
      { why: box.why },
      'no run is started: what agents hand in is inspected in a box, and none can be built here',
    );
  const dataDir = path.resolve(env.database.dataDir);
  // While it starts, which may wait for GitHub, nothing is under way that the next start would not find again.
  const leave = () => process.exit(0);
  for (const signal of stops) process.once(signal, leave);
  const app = await startApp({
    env,
    where:
      env.database.url === undefined
        ? { kind: 'pglite', folder: dataDir }
        : { kind: 'postgres', url: env.database.url },
    github: createGitHub({
      appId: env.app.id,
      privateKey: env.app.privateKey,
      baseUrl: env.github.apiUrl,
      pace: 'github',
      redisUrl: env.redisUrl,
      onRequest(seen) {
        metrics.githubRequest(seen);
        tracer.tell('github', { github: seen }, seen.ms);
      },
      onQuota: metrics.githubQuota,
      log,
    }),
    git: createGitStore({ dataDir, sandbox }),
    openspec: createOpenSpec(sandbox),
    agents,
    providers: providersOf(env.modelKeys),
    rules: runnerRules,
    allowUnboxed: false,
    signingKey: env.signingKey === undefined ? undefined : path.resolve(env.signingKey),
    metrics,
    tracer,
    rounds: { journalSeconds: 1, repairSeconds: 60, lookSeconds: 3_600, superviseSeconds: 60 },
    log,
  });
  log.info({ url: app.url, database: env.database.url === undefined ? 'pglite' : 'postgres' }, 'Gantry is up');
  if (env.database.url === undefined) {
    log.warn(
      'the embedded database survives a crash of this process, not a loss of power: set DATABASE_URL for production',
    );
  }
  for (const signal of stops) {
    process.off(signal, leave);
    process.once(signal, () => {
      log.info({ signal }, 'stopping');
      // A closed PGlite keeps the process alive, so the end is said explicitly.
      app.close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'stopping failed');
          process.exit(1);
        },
      );
    });
  }
}

main().catch((error: unknown) => {
  const text =
    error instanceof UserFixable
      ? sayInTerminal({ id: error.messageId, data: error.data })
      : error instanceof Error
        ? error.message
        : String(error);
  console.error(text);
  if (!(error instanceof UserFixable) && !(error instanceof Permanent)) console.error(error);
  process.exit(1);
});
