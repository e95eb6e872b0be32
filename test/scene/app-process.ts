// Gantry in a process of its own, so that it can be killed as a power cut would. Settings come as JSON in the environment.
import path from 'node:path';
import { agents } from '../../adapters/agent/index.ts';
import { createGitStore } from '../../adapters/git/store.ts';
import { createGitHub } from '../../adapters/github/octokit.ts';
import { createOpenSpec } from '../../adapters/openspec/openspec.ts';
import { createBubblewrap } from '../../adapters/sandbox/bubblewrap.ts';
import { createUnboxed } from '../../adapters/sandbox/none.ts';
import { openTracer } from '../../adapters/tracer/tracer.ts';
import { createMetrics } from '../../src/api/metrics.ts';
import { startApp } from '../../src/app.ts';
import { readEnv } from '../../src/config/env.ts';
import { providersOf } from '../../src/gateway/provider.ts';
import type { Where } from '../../src/journal/database.ts';
import { createLog } from '../../src/log.ts';
import { fakeAgents } from '../agent/fake-agent.ts';

/** Bytes, and what keeps the process from ending: sockets, pipes, processes, files. No timers. */
export type Size = { heap: number; rss: number; handles: number };

export type AppProcess = {
  env: Record<string, string>;
  where: Where;
  boxed: boolean;
  fake: boolean;
  model: { key: string; baseUrl: string };
};

const { env: variables, where, boxed, fake, model }: AppProcess = JSON.parse(process.env.APP_PROCESS ?? '');
const env = readEnv(variables);
const dataDir = path.resolve(env.database.dataDir);
const sandbox = boxed ? createBubblewrap() : createUnboxed();
const tracer = await openTracer(env.otlpEndpoint, (why) => log.warn({ why }, 'spans could not be sent'));
const log = createLog('debug', (line) => process.stdout.write(line), tracer.about);

const metrics = createMetrics();

const app = await startApp({
  env,
  where,
  github: createGitHub({
    appId: env.app.id,
    privateKey: env.app.privateKey,
    baseUrl: env.github.apiUrl,
    pace: 'none',
    onRequest(seen) {
      metrics.githubRequest(seen);
      tracer.tell('github', { github: seen }, seen.ms);
    },
    onQuota: metrics.githubQuota,
    log,
  }),
  git: createGitStore({ dataDir, sandbox }),
  openspec: createOpenSpec(sandbox),
  agents: fake ? fakeAgents : agents,
  providers: providersOf({ openai: model, anthropic: model, gemini: model }),
  rules: {
    reusable: '{owner}/gantry/.github/workflows/gantry.yml',
    caller: 'gantry.yml',
  },
  allowUnboxed: !boxed,
  rounds: { journalSeconds: 1, repairSeconds: 2, lookSeconds: 3_600, superviseSeconds: 3_600 },
  metrics,
  tracer,
  log,
});
process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
log.info({ url: app.url }, 'up');
process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed: heap, rss } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate').length;
  process.send?.({ heap, rss, handles } satisfies Size);
});
