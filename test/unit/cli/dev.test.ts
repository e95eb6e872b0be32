import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runDev } from '../../../src/cli/dev/run-dev.ts';
import { runCli } from '../../../src/cli/main.ts';
import { folderWith, terminal } from './terminal.ts';

/** An app that answers /health and appends what it gets to a file; `exit` makes it end by itself. */
const app = `
import http from 'node:http';
import { appendFileSync } from 'node:fs';
const [port, log, exit] = process.argv.slice(2);
if (exit) process.exit(Number(exit));
const server = http.createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (request.method === 'POST') appendFileSync(log, JSON.stringify({ url: request.url, event: request.headers['x-github-event'], host: request.headers.host, body }) + '\\n');
  response.end('ok');
});
server.listen(Number(port), '127.0.0.1');
process.on('SIGTERM', () => { appendFileSync(log, '"stopped"\\n'); process.exit(0); });
`;

async function listen(server: http.Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}

/** smee's side of a channel: server-sent events, one per delivery. */
async function fakeSmee() {
  const listeners: http.ServerResponse[] = [];
  const server = http.createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: ready\ndata: {}\n\n');
    listeners.push(response);
  });
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const send = (delivery: object) => {
    for (const listener of listeners) listener.write(`id: 1\ndata: ${JSON.stringify(delivery)}\n\n`);
  };
  return { url: `http://127.0.0.1:${port}/channel`, listeners, send };
}

async function freePort(): Promise<number> {
  const server = http.createServer();
  const port = await listen(server);
  await new Promise((done) => server.close(done));
  return port;
}

async function start(options: { exit?: string; channel?: string } = {}) {
  const smee = await fakeSmee();
  const folder = folderWith({ 'app.mjs': app, log: '' });
  const log = path.join(folder, 'log');
  const port = await freePort();
  const screen = terminal({ cwd: folder, env: { PATH: process.env.PATH } });
  const args = [path.join(folder, 'app.mjs'), String(port), log, ...(options.exit ? [options.exit] : [])];
  const end = runDev({ app: args, port, channel: options.channel ?? smee.url, io: screen.io });
  end.catch(() => {});
  onTestFinished(screen.stop);
  const received = () =>
    readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return { ...screen, smee, end, port, received };
}

test('a webhook on the channel reaches the app at its webhook route; Ctrl-C ends both', async () => {
  const { smee, port, received, stop, end } = await start();
  await vi.waitFor(() => expect(smee.listeners).toHaveLength(1), { timeout: 10_000 });
  const body = { action: 'labeled', text: 'grüß' };
  smee.send({ host: 'smee.io', 'x-github-event': 'issues', 'x-github-delivery': 'g', body, query: {} });
  await vi.waitFor(() => expect(received()).toHaveLength(1), { timeout: 10_000 });
  expect(received()[0]).toEqual({
    url: '/api/github/webhooks',
    event: 'issues',
    host: `127.0.0.1:${port}`,
    body: JSON.stringify(body),
  });
  stop();
  expect(await end).toBe(0);
  expect(received().at(-1)).toBe('stopped');
  await vi.waitFor(() => expect(smee.listeners[0]?.closed).toBe(true));
});

test('an app that ends by itself ends the rest, with its exit code; the channel was never listened to', async () => {
  const { smee, end } = await start({ exit: '3' });
  expect(await end).toBe(3);
  expect(smee.listeners).toHaveLength(0);
});

test('a channel that cannot be reached stops the app and is named', async () => {
  const { end, received } = await start({ channel: `http://127.0.0.1:${await freePort()}/gone` });
  await expect(end).rejects.toThrow(/the channel http:\/\/127\.0\.0\.1:\d+\/gone cannot be reached/);
  expect(received().at(-1)).toBe('stopped');
});

test.each([
  [{}, 'WEBHOOK_PROXY_URL is missing'],
  [{ WEBHOOK_PROXY_URL: 'smee' }, 'WEBHOOK_PROXY_URL is missing or no address'],
  [{ WEBHOOK_PROXY_URL: 'https://smee.io/a', PORT: '0' }, 'PORT must be a fixed port'],
])('%j starts nothing', async (env, why) => {
  const { io, err } = terminal({ env });
  expect(await runCli(['dev'], io)).toBe(1);
  expect(err.join()).toContain(why);
});
