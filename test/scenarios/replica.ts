// Replicas of Gantry in processes of their own, on one database, behind one address as behind a load balancer.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from '../scene/until.ts';
import type { AppProcess } from './app-process.ts';
import type { Dialogue } from './dialogue.ts';

export type Replica = {
  start(): Promise<void>;
  /** Resolves with the exit code when it has ended; null where the signal ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** Lines of its log so far. */
  said(): string;
};

/** Gives the scene's address to `count` replicas; what the scene started is stopped. */
export async function replicasOf(
  { app, world, model, fake }: Dialogue,
  databaseUrl: string,
  count: number,
): Promise<Replica[]> {
  await app.close();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gantry-replicas-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  await balance(Number(new URL(app.url).port), ports);
  return ports.map((port, n) =>
    replica({
      env: {
        APP_ID: String(world.app.id),
        PRIVATE_KEY: world.app.privateKey,
        WEBHOOK_SECRET: world.app.webhookSecret,
        GITHUB_API_URL: world.url,
        GITHUB_SERVER_URL: world.url,
        GITHUB_OIDC_ISSUER: world.actions.issuer,
        PORT: String(port),
        PUBLIC_URL: app.url,
        HOST: '127.0.0.1',
        DATA_DIR: path.join(folder, String(n)),
      },
      where: { kind: 'postgres', url: databaseUrl },
      boxed: world.actions.runnerEnvironment.GANTRY_SANDBOX === 'bubblewrap',
      fake,
      model: { key: 'scripted-model-key', baseUrl: model.url },
    }),
  );
}

function replica(settings: AppProcess): Replica {
  let child: ChildProcess | undefined;
  let said = '';
  const end: Replica['end'] = async (signal) => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = once(child, 'exit');
    child.kill(signal);
    const [code] = (await gone) as [number | null];
    return code;
  };
  onTestFinished(() => void end('SIGKILL'));
  return {
    end,
    said: () => said,
    async start() {
      const started = spawn(process.execPath, [path.join(import.meta.dirname, 'app-process.ts')], {
        env: { PATH: process.env.PATH, HOME: settings.env.DATA_DIR, APP_PROCESS: JSON.stringify(settings) },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child = started;
      const from = said.length;
      started.stdout.on('data', (chunk) => {
        said += String(chunk);
      });
      await until('the replica to be up', () => {
        if (started.exitCode !== null) throw new Error(`it ended: ${said.slice(-2_000)}`);
        return said.slice(from).includes('"msg":"up"');
      });
    },
  };
}

/** Each connection goes to the next replica that answers. */
async function balance(port: number, replicas: readonly number[]): Promise<void> {
  let turn = 0;
  const open = new Set<net.Socket>();
  const server = net.createServer({ pauseOnConnect: true }, (client) => {
    open.add(client);
    client.on('close', () => open.delete(client));
    const first = turn++;
    const attempt = (tries: number) => {
      const to = net.connect(replicas[(first + tries) % replicas.length] ?? 0, '127.0.0.1');
      to.once('connect', () => {
        to.removeAllListeners('error');
        to.on('error', () => client.destroy());
        client.on('error', () => to.destroy());
        client.pipe(to).pipe(client);
      });
      to.once('error', () => (tries + 1 < replicas.length ? attempt(tries + 1) : client.destroy()));
    };
    attempt(0);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    server.close();
  });
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = net.createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
