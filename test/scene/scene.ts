// The whole system on the local world: GitHub, Actions and a runner, a scripted model, and Gantry itself over real HTTP.
// Scenarios, the demo and later load tests start it the same way.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { agents } from '../../adapters/agent/index.ts';
import { createGitStore } from '../../adapters/git/store.ts';
import { createGitHub } from '../../adapters/github/octokit.ts';
import { createOpenSpec } from '../../adapters/openspec/openspec.ts';
import { createBubblewrap } from '../../adapters/sandbox/bubblewrap.ts';
import type { Sandbox } from '../../adapters/sandbox/contract.ts';
import { createUnboxed } from '../../adapters/sandbox/none.ts';
import { openTracer } from '../../adapters/tracer/tracer.ts';
import { createMetrics } from '../../src/api/metrics.ts';
import { type App, startApp } from '../../src/app.ts';
import { callerWorkflow } from '../../src/cli/init/caller.ts';
import { readEnv } from '../../src/config/env.ts';
import type { AgentName } from '../../src/facts/policy.ts';
import { providersOf } from '../../src/gateway/provider.ts';
import type { Where } from '../../src/journal/database.ts';
import { createLog } from '../../src/log.ts';
import { fakeAgents } from '../agent/fake-agent.ts';
import { fakeInstead } from '../agent/fake-instead.ts';
import type { Script } from '../model/script.ts';
import { type ModelServer, startModelServer } from '../model/server.ts';
import type { World } from '../world/contract.ts';
import { startWorld } from '../world/world.ts';
import { appEnv } from './app-env.ts';
import { ourRepository, root } from './our-repository.ts';
import { fixtureWork, scriptedAgent, type Work } from './scripted-agent.ts';
import { targetFiles } from './target-files.ts';

export type SceneOptions = {
  agent?: AgentName;
  /** The agent is a stand-in that starts at once: for whatever is not about agents. */
  fake?: true;
  script?: Script;
  where?: Where;
  /** Files of the target that differ from the fixture; null removes one. */
  files?: Record<string, string | null>;
  /** Where agent CLIs are installed; shared by all scenes of a machine. */
  agentsDir: string;
  sandbox: 'bubblewrap' | 'none';
  log?: (line: string) => void;
  /** Linear beside GitHub. */
  linear?: boolean;
  /** An OTLP/HTTP collector that gets spans. */
  collector?: string;
  /** Providers with real keys instead of the scripted model. */
  live?: Parameters<typeof providersOf>[0];
};

export type Scene = {
  world: World;
  app: App;
  model: ModelServer;
  /** `owner/name` of the target. */
  repo: string;
  /** The agent is a stand-in. */
  fake: boolean;
  where: Where;
  /** What the scripted agent writes; scenarios change it. */
  work: Work;
  /** Lines of Gantry's log so far. */
  log: string[];
  /** Another repository like the target, by its name in the organisation. */
  addTarget(name: string): Promise<string>;
  close(): Promise<void>;
};

const key = 'scripted-model-key';
export const apiToken = 'local-reader';
export const operatorToken = 'local-operator';
export const apiTokens = `${apiToken},ops:read+pause+cancel+replay:${operatorToken}`;

export async function openScene(options: SceneOptions): Promise<Scene> {
  const { agent = 'codex' } = options;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gantry-scene-'));
  mkdirSync(options.agentsDir, { recursive: true });
  // Here and not by the first run: this process knows the machine's own settings for the registry.
  const installed = options.fake ? fakeAgents : agents;
  await installed[agent].install(options.agentsDir);
  const work = fixtureWork();
  const log: string[] = [];
  const where = options.where ?? { kind: 'pglite', folder: path.join(folder, 'data') };
  const model = await startModelServer({ key, script: options.script ?? scriptedAgent(() => work) });
  const world = await startWorld({ linear: options.linear ?? false });
  Object.assign(world.actions.runnerEnvironment, {
    GANTRY_DEPENDENCIES: root,
    GANTRY_AGENTS_DIR: options.agentsDir,
    GANTRY_SANDBOX: options.sandbox,
    // A provisioned runner image has warm caches too.
    NODE_COMPILE_CACHE: path.join(options.agentsDir, 'compile-cache'),
  });
  const sandbox: Sandbox = options.sandbox === 'none' ? createUnboxed() : createBubblewrap();
  const tracer = await openTracer(options.collector, (why) => log.push(why));
  const logger = createLog(
    'debug',
    (line) => {
      log.push(line);
      options.log?.(line);
    },
    tracer.about,
  );
  const metrics = createMetrics();
  const scripted = { key, baseUrl: model.url };
  const env = readEnv(appEnv(world, { PORT: '0', DATA_DIR: path.join(folder, 'data'), API_TOKENS: apiTokens }));
  const app = await startApp({
    env,
    where,
    github: createGitHub({
      appId: env.app.id,
      privateKey: env.app.privateKey,
      baseUrl: world.url,
      pace: 'none',
      onRequest(seen) {
        metrics.githubRequest(seen);
        tracer.tell('github', { github: seen }, seen.ms);
      },
      onQuota: metrics.githubQuota,
      log: logger,
    }),
    git: createGitStore({ dataDir: path.join(folder, 'data'), sandbox }),
    openspec: createOpenSpec(sandbox),
    agents: installed,
    providers: providersOf(options.live ?? { openai: scripted, anthropic: scripted, gemini: scripted }),
    rules: {
      reusable: '{owner}/gantry/.github/workflows/gantry.yml',
      caller: 'gantry.yml',
    },
    allowUnboxed: options.sandbox === 'none',
    rounds: { journalSeconds: 1, repairSeconds: 3_600, lookSeconds: 3_600, superviseSeconds: 3_600 },
    metrics,
    tracer,
    log: logger,
  });
  world.listen(app.url);
  await world.addRepository({ name: 'gantry', files: { ...ourRepository(), ...(options.fake && fakeInstead()) } });
  const pin = (await world.git('acme/gantry', ['rev-parse', 'main'])).trim();
  const workflow = callerWorkflow({ owner: 'acme', sha: pin, server: app.url });
  const addTarget = async (name: string) => {
    await world.addRepository({ name, files: targetFiles(agent, workflow, options.files ?? {}) });
    return `acme/${name}`;
  };
  const repo = await addTarget('rates');

  return {
    world,
    app,
    model,
    repo,
    addTarget,
    fake: options.fake === true,
    where,
    work,
    log,
    async close() {
      await world.actions.stop();
      await app.close();
      await world.close();
      await model.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
