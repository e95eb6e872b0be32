// Two replicas that share a Redis keep one pace of writes; without it each keeps its own, and none stops.
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pino from 'pino';
import { afterEach, describe, expect, test } from 'vitest';
import { createGitHub } from '../../../adapters/github/octokit.ts';
import { until } from '../../scene/until.ts';

const program = (process.env.PATH ?? '')
  .split(path.delimiter)
  .concat('/usr/bin')
  .map((folder) => path.join(folder, 'redis-server'))
  .find((file) => existsSync(file));
const skip = program ? '' : ' (skipped: redis-server is not installed here)';
if (skip) console.warn(`the pace shared through Redis${skip}`);

const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const repo = { installation: 7, id: 1, owner: 'acme', name: 'app' };

describe.skipIf(!program)(`with a real Redis${skip}`, () => {
  test('writes of two replicas are spaced out together', async () => {
    const { port } = await redis();
    const github = await hub();
    const replicas = await Promise.all([replica(github.url, port), replica(github.url, port)]);
    await Promise.all(replicas.flatMap(({ writer }) => [0, 1].map(() => writer.addLabel(repo, 1, 'ai-blocked'))));
    expect(github.writes).toHaveLength(4);
    // A second apart each, give or take what the network adds: two paces would need 1 s, one needs 3.
    expect(span(github.writes)).toBeGreaterThan(2_700);
  });

  test('Redis going away, with writes waiting in it, stops nobody; back again, it is shared again', async () => {
    const first = await redis();
    const github = await hub();
    const replicas = await Promise.all([replica(github.url, first.port), replica(github.url, first.port)]);
    const waiting = replicas.flatMap(({ writer }) => [0, 1, 2].map(() => writer.addLabel(repo, 1, 'ai-blocked')));
    await until('the first write', () => github.writes.length > 0);
    first.stop();
    await Promise.all(waiting);
    expect(github.writes).toHaveLength(6);
    for (const { log } of replicas) expect(log.join('')).toContain('keeps the pace of requests alone');

    await redis(first.port);
    await until('both to share again', () => replicas.every(({ shared }) => shared() === 2));
    github.writes.length = 0;
    await Promise.all(replicas.flatMap(({ writer }) => [0, 1].map(() => writer.addLabel(repo, 1, 'ai-blocked'))));
    expect(span(github.writes)).toBeGreaterThan(2_700);
  });

  test('a Redis that was never there does not hold up the start', async () => {
    const github = await hub();
    const { writer } = await replica(github.url, await freePort(), false);
    await writer.addLabel(repo, 1, 'ai-blocked');
    expect(github.writes).toHaveLength(1);
  });
});

const span = (times: readonly number[]): number => Math.max(...times) - Math.min(...times);

/** As much of GitHub as a label needs. */
async function hub(): Promise<{ url: string; writes: number[] }> {
  const writes: number[] = [];
  const server = http.createServer((request, response) => {
    const mint = request.url?.endsWith('/access_tokens');
    if (request.method === 'POST' && !mint) writes.push(performance.now());
    const token = { token: 'ghs_local', expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions: {} };
    response.writeHead(mint ? 201 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(mint ? token : []));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, writes };
}

async function replica(baseUrl: string, port: number, reached = true) {
  const log: string[] = [];
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const { writer } = createGitHub({
    appId: 1,
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    baseUrl,
    pace: 'github',
    redisUrl: `redis://127.0.0.1:${port}`,
    log: pino({ level: 'info' }, { write: (line: string) => void log.push(line) }),
  });
  const shared = () => log.filter((line) => line.includes('shared through Redis')).length;
  if (reached) await until('Redis to be reached', () => shared() > 0);
  return { writer, log, shared };
}

async function redis(wanted?: number): Promise<{ port: number; stop(): void }> {
  const port = wanted ?? (await freePort());
  const folder = mkdtempSync(path.join(tmpdir(), 'gantry-redis-'));
  const server: ChildProcess = spawn(
    program ?? '',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  server.stdout?.on('data', (chunk) => {
    said += String(chunk);
  });
  const stop = () => void server.kill('SIGKILL');
  closing.push(stop, () => rmSync(folder, { recursive: true, force: true }));
  await until('Redis to be up', () => said.includes('Ready to accept connections'));
  return { port, stop };
}

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
