// The real program as an operator starts it, where what it needs is not there yet.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createGitStore } from '../../adapters/git/store.ts';
import { createBubblewrap } from '../../adapters/sandbox/bubblewrap.ts';
import { fragments } from '../faults/fragments/index.ts';
import { openStage } from '../faults/stage.ts';
import { finish } from '../faults/work.ts';
import { root } from '../scene/our-repository.ts';
import { until } from '../scene/until.ts';
import { freePort } from '../stack/free-port.ts';
import type { World } from '../world/contract.ts';
import { freshPglite } from '../world/pglite.ts';
import { openWorld } from '../world/world-kit.ts';

const token = 'a-token-that-reads';

async function startProgram(world: World) {
  const folder = mkdtempSync(path.join(tmpdir(), 'gantry-start-'));
  const port = await freePort();
  const program = spawn(process.execPath, ['src/main.ts'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      APP_ID: String(world.app.id),
      PRIVATE_KEY: world.app.privateKey,
      WEBHOOK_SECRET: world.app.webhookSecret,
      GITHUB_API_URL: world.url,
      GITHUB_SERVER_URL: world.url,
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: path.join(folder, 'data'),
      API_TOKENS: token,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [program.stdout, program.stderr])
    stream.on('data', (piece) => {
      said += String(piece);
    });
  onTestFinished(async () => {
    program.kill('SIGKILL');
    await until('it to end', () => program.exitCode !== null || program.signalCode !== null);
    rmSync(folder, { recursive: true, force: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await until('the program to listen', async () => {
    if (program.exitCode !== null) throw new Error(`it ended: ${said}`);
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    return answer?.status === 200;
  });
  return { url, said: () => said };
}

const webhook = async (url: string, { app }: World, guid: string): Promise<number> => {
  const body = JSON.stringify({ action: 'created', installation: { id: 1 } });
  const signature = createHmac('sha256', app.webhookSecret).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'installation',
    'x-github-delivery': guid,
    'x-hub-signature-256': `sha256=${signature}`,
  };
  return (await fetch(`${url}/api/github/webhooks`, { method: 'POST', headers, body })).status;
};

const asReader = { headers: { authorization: `Bearer ${token}` } };

test('while GitHub is away it stores webhooks and says what is missing; it goes on by itself', async () => {
  const world = await openWorld();
  world.faults.add({ do: 'fail-before', status: 503, times: Number.POSITIVE_INFINITY });
  const { url, said } = await startProgram(world);

  expect(await webhook(url, world, 'while-github-is-away')).toBe(202);
  const ready = await fetch(`${url}/ready`, asReader);
  expect([ready.status, await ready.json()]).toMatchObject([
    503,
    { status: 'not_ready', dependencies: { database: 'ok', github: 'failing' } },
  ]);
  expect(said()).toContain('GitHub does not say who this App is');
  expect(said()).not.toContain('Gantry is up');

  world.faults.clear();
  await until('the webhook to be worked on', async () => {
    const answer = await fetch(`${url}/api/v1/deliveries/while-github-is-away`, asReader);
    return ['ignored', 'translated'].includes(Object(await answer.json()).state);
  });
  await until('it to say so', () => said().includes('Gantry is up'));
});

test('where no box can be built no run is dispatched, and the ticket waits and says why', async () => {
  const stage = await openStage(await freshPglite());
  onTestFinished(() => stage.close());
  const sandbox = createBubblewrap({ bwrap: path.join(tmpdir(), 'no-bubblewrap-is-here') });
  const git = createGitStore({ dataDir: tmpdir(), sandbox });
  const dispatch = await fragments.DispatchRun?.prepare(stage);
  if (!dispatch) throw new Error('there is no fragment for DispatchRun');

  expect(await finish(dispatch.work, { ...stage.ports, git })).toBe('done');

  expect(stage.world.actions.runs.size).toBe(0);
  const facts = await stage.journal.db
    .selectFrom('fact')
    .select('body')
    .where('type', '=', 'DispatchDeferred')
    .execute();
  expect(facts).toMatchObject([{ body: { why: { id: 'dispatch-deferred-no_box' } } }]);
});
