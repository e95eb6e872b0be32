// Replicas of Gantry in processes of their own, on one database, behind one address as behind a load balancer.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type AppChild, appChild } from '../scene/app-child.ts';
import type { Dialogue } from './dialogue.ts';

/** Gives the scene's address to `count` replicas; what the scene started is stopped. */
export async function replicasOf(scene: Dialogue, databaseUrl: string, count: number): Promise<AppChild[]> {
  await scene.app.close();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gantry-replicas-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  await balance(Number(new URL(scene.app.url).port), ports);
  return ports.map((port, n) => {
    const where = { kind: 'postgres', url: databaseUrl } as const;
    const child = appChild(scene, { where, port, folder: path.join(folder, String(n)) });
    onTestFinished(() => void child.end('SIGKILL'));
    return child;
  });
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
