// `npm run stack`: the parts of compose.yaml as plain processes, for machines without containers. Ctrl-C ends them all.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createBubblewrap } from '../../adapters/sandbox/bubblewrap.ts';
import { variableNames } from '../../src/config/env-variables.ts';
import { root } from '../scene/our-repository.ts';
import { until } from '../scene/until.ts';
import { freePort } from './free-port.ts';
import { type Part, startAndHear, startPart } from './part.ts';
import { findRedis, redisArguments } from './redis.ts';
import { type WorldAsked, WorldTold } from './world-told.ts';

const say = (line: string) => void process.stdout.write(`${line}\n`);
const given = process.env;
const folder = mkdtempSync(path.join(os.tmpdir(), 'gantry-stack-'));
/** All that a part inherits. The runner gets no more than this. */
const bare = { PATH: given.PATH ?? '', HOME: given.HOME ?? folder, LANG: 'C.UTF-8', TMPDIR: os.tmpdir() };
const node = (file: string, ...rest: string[]) =>
  [process.execPath, '--import', './require-node.mjs', file, ...rest] as [string, ...string[]];
const parts: Part[] = [];
let stopping: Promise<void> | undefined;

/** Newest first: the app gives back what it holds while its database still answers. */
function stop(): Promise<void> {
  stopping ??= (async () => {
    for (const part of parts.toReversed()) await part.stop();
    rmSync(folder, { recursive: true, force: true });
  })();
  return stopping;
}

const quietly = (name: string) => (line: string) => process.stderr.write(`${name}: ${line}\n`);

async function start(): Promise<void> {
  const box = await createBubblewrap().available();
  if (!box.ok)
    throw new Error(`Gantry inspects what agents hand in inside a box, and cannot build one here: ${box.why}`);
  const port = Number(given.PORT ?? 0) || (await freePort());
  const appUrl = `http://127.0.0.1:${port}`;

  const database = startAndHear(
    {
      name: 'postgres',
      argv: node('test/stack/postgres-process.ts'),
      env: bare,
      cwd: root,
      onLine: quietly('postgres'),
    },
    (value) => String(Object(value).url),
  );
  parts.push(database.part);
  const databaseUrl = await database.told;
  say('postgres    a server of its own, gone at the end');

  const redis = findRedis();
  const redisPort = redis === undefined ? undefined : await freePort();
  if (redis !== undefined && redisPort !== undefined) {
    const argv: [string, ...string[]] = [redis, ...redisArguments(redisPort)];
    parts.push(startPart({ name: 'redis', argv, env: bare, cwd: folder, onLine: () => {} }));
  }
  say(redisPort === undefined ? 'redis       not installed: left out' : `redis       redis://127.0.0.1:${redisPort}`);

  const settings = given.APP_ID === undefined ? await startGitHub(appUrl) : ownSettings();
  const token = randomBytes(16).toString('hex');
  const app = startPart({
    name: 'app',
    argv: node('src/main.ts'),
    cwd: root,
    env: {
      ...bare,
      ...settings,
      HOST: '127.0.0.1',
      PORT: String(port),
      PUBLIC_URL: given.PUBLIC_URL ?? appUrl,
      DATABASE_URL: databaseUrl,
      DATA_DIR: path.join(folder, 'data'),
      API_TOKENS: `stack:read:${token}`,
      ...(redisPort !== undefined && { REDIS_URL: `redis://127.0.0.1:${redisPort}` }),
    },
    onLine: quietly('app'),
  });
  parts.push(app);
  const ready = until('the app to be ready', async () => {
    const answer = await fetch(`${appUrl}/ready`, { headers: { authorization: `Bearer ${token}` } });
    return answer.status === 200;
  });
  const ended = app.ended.then((code) => {
    throw new Error(`the app ended before it was ready (${code ?? 'killed'}); what it said stands above`);
  });
  await Promise.race([ready, ended]);
  say(`app         ${appUrl} (pages, /api/v1, /metrics; token ${token})`);
  say('prometheus  and Grafana run in containers only: ops/ has their configuration');
  say('\nReady. Ctrl-C ends it all.');
  await app.ended;
  if (!stopping) throw new Error('the app ended; what it said stands above');
}

/** No App of yours: a GitHub, a runner and a model that answers by script, all on this machine. */
async function startGitHub(appUrl: string): Promise<Record<string, string>> {
  const agentsDir = given.GANTRY_AGENTS_DIR ?? path.join(os.homedir(), '.cache', 'gantry', 'agents');
  const asked: WorldAsked = { appUrl, agentsDir, sandbox: 'bubblewrap' };
  const github = startAndHear(
    {
      name: 'github',
      argv: node('test/stack/world-process.ts', JSON.stringify(asked)),
      env: bare,
      cwd: root,
      onLine: quietly('github'),
    },
    WorldTold.parse,
  );
  parts.push(github.part);
  const { url, issuer, app, model, mona } = await github.told;
  say(
    `github      ${url} IS NOT GITHUB: APP_ID is not set, so a local one stands in for it, and a script for the model`,
  );
  say(`runner      in the process of the local GitHub, without a variable of the app; repository acme/rates`);
  say(`            ask for work: curl -sX POST ${url}/repos/acme/rates/issues -H 'authorization: Bearer ${mona}' \\`);
  say(
    `              -d "$(node -p 'JSON.stringify({title:"…",body:"## Acceptance criteria\\n\\n- …",labels:["ai-ready"]})')"`,
  );
  return {
    APP_ID: String(app.id),
    PRIVATE_KEY: app.privateKey,
    WEBHOOK_SECRET: app.webhookSecret,
    GITHUB_API_URL: url,
    GITHUB_SERVER_URL: url,
    GITHUB_OIDC_ISSUER: issuer,
    OPENAI_API_KEY: model.key,
    OPENAI_BASE_URL: model.url,
  };
}

function ownSettings(): Record<string, string> {
  say('github      your App, by its credentials in the environment');
  say('runner      not started here: register one as docs/runners.md says; it needs none of these settings');
  return Object.fromEntries(
    variableNames.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name] ?? '']])),
  );
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (!stopping) say('\nstopping');
    void stop().then(() => process.exit(0));
  });
}

start().catch(async (error: unknown) => {
  // While it is being stopped, what was waited for ends too.
  if (stopping) return;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await stop();
  process.exit(1);
});
