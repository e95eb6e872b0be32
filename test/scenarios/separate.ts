// Gantry in a process of its own beside or instead of the scene's, so that it can be killed as a power cut would.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { apiTokens } from '../scene/scene.ts';
import { until } from '../scene/until.ts';
import type { AppProcess } from './app-process.ts';
import type { Dialogue } from './dialogue.ts';

export type Separate = {
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Warnings and worse of all its lives, newest last. */
  problems(): string;
};

/** Takes the scene's address over; what the scene started is stopped. */
export async function instead(scene: Dialogue, databaseUrl: string | undefined): Promise<Separate> {
  await scene.app.close();
  return processOf(scene, databaseUrl, new URL(scene.app.url).port);
}

/** A second replica on the same database; runners and webhooks keep going to the first. */
export const beside = (scene: Dialogue, databaseUrl: string): Separate => processOf(scene, databaseUrl, '0');

function processOf({ app, world, model, fake }: Dialogue, databaseUrl: string | undefined, port: string): Separate {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gantry-killed-'));
  const settings: AppProcess = {
    env: {
      APP_ID: String(world.app.id),
      PRIVATE_KEY: world.app.privateKey,
      WEBHOOK_SECRET: world.app.webhookSecret,
      GITHUB_API_URL: world.url,
      GITHUB_SERVER_URL: world.url,
      GITHUB_OIDC_ISSUER: world.actions.issuer,
      PORT: port,
      PUBLIC_URL: app.url,
      HOST: '127.0.0.1',
      DATA_DIR: folder,
      API_TOKENS: apiTokens,
    },
    where: databaseUrl === undefined ? { kind: 'pglite', folder } : { kind: 'postgres', url: databaseUrl },
    boxed: world.actions.runnerEnvironment.GANTRY_SANDBOX === 'bubblewrap',
    fake,
    model: { key: 'scripted-model-key', baseUrl: model.url },
  };
  let child: ChildProcess | undefined;
  let lines = '';
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  onTestFinished(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    kill,
    problems: () =>
      lines
        .split('\n')
        .filter((line) => /"level":(?:40|50|60)/.test(line))
        .slice(-20)
        .join('\n'),
    async start() {
      const started = spawn(process.execPath, [path.join(import.meta.dirname, 'app-process.ts')], {
        env: { PATH: process.env.PATH, HOME: folder, APP_PROCESS: JSON.stringify(settings) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child = started;
      let said = '';
      started.stdout.on('data', (chunk) => {
        said += String(chunk);
        lines += String(chunk);
      });
      await until('Gantry to be up', () => {
        if (started.exitCode !== null) throw new Error(`it ended: ${said.slice(-2_000)}`);
        return said.includes('"msg":"up"');
      });
    },
  };
}
