// Starts Gantry in a process of its own on a scene's world, ends it, and asks it how large it is.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Where } from '../../src/journal/database.ts';
import { appEnv } from './app-env.ts';
import type { AppProcess, Size } from './app-process.ts';
import { apiTokens, type Scene } from './scene.ts';
import { until } from './until.ts';

export type AppChild = {
  /** Resolves when it is up; throws with its last words where it ended instead. It may be started again. */
  start(): Promise<void>;
  /** Resolves with the exit code when it has ended; null where the signal ended it, or it was never started. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** After a collection of garbage. */
  size(): Promise<Size>;
  /** Lines of the log of all its lives so far. */
  said(): string;
  /** Of these the newest warnings and worse. */
  problems(): string;
};

export type AppChildOptions = {
  where: Where;
  /** 0 takes a free one. */
  port: number;
  /** Of its own; also its home. */
  folder: string;
};

export function appChild({ app, world, model, fake }: Scene, { where, port, folder }: AppChildOptions): AppChild {
  const settings: AppProcess = {
    env: appEnv(world, { PORT: String(port), PUBLIC_URL: app.url, DATA_DIR: folder, API_TOKENS: apiTokens }),
    where,
    boxed: world.actions.runnerEnvironment.GANTRY_SANDBOX === 'bubblewrap',
    fake,
    model: { key: 'scripted-model-key', baseUrl: model.url },
  };
  let child: ChildProcess | undefined;
  let said = '';
  return {
    async start() {
      const from = said.length;
      const started = spawn(process.execPath, ['--expose-gc', path.join(import.meta.dirname, 'app-process.ts')], {
        env: { PATH: process.env.PATH, HOME: folder, APP_PROCESS: JSON.stringify(settings) },
        stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      });
      child = started;
      started.stdout?.on('data', (chunk) => {
        said += String(chunk);
      });
      await until('Gantry to be up', () => {
        if (started.exitCode !== null) throw new Error(`it ended: ${said.slice(from).slice(-2_000)}`);
        return said.slice(from).includes('"msg":"up"');
      });
    },
    async end(signal) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
      const gone = once(child, 'exit');
      child.kill(signal);
      const [code] = (await gone) as [number | null];
      return code;
    },
    async size() {
      if (!child?.connected) throw new Error('it does not run');
      const answer = once(child, 'message');
      child.send('size');
      const [size] = (await answer) as [Size];
      return size;
    },
    said: () => said,
    problems: () =>
      said
        .split('\n')
        .filter((line) => /"level":(?:40|50|60)/.test(line))
        .slice(-20)
        .join('\n'),
  };
}
