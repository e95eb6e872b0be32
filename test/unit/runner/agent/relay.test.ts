import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRelay, type Relay } from '../../../../src/runner/agent/relay.ts';

let folder: string;
let plane: Server;
let relay: Relay;
let answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void;
beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-relay-')));
  plane = createServer((incoming, outgoing) => answer(incoming, outgoing)).listen(0, '127.0.0.1');
  await once(plane, 'listening');
  const address = plane.address();
  const server = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  relay = await openRelay({ socketPath: join(folder, 's'), server, token: 'gtr_token', protocol: 'openai-responses' });
});
afterEach(async () => {
  await relay.close();
  plane.closeAllConnections();
  plane.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (path: string, headers = {}) => request({ socketPath: relay.socketPath, path, method: 'POST', headers });
const text = async (stream: IncomingMessage) => (await stream.toArray()).join('');

test('the token is added, the agent cannot bring one, and no path leaves the protocol', async () => {
  const seen: [string | undefined, IncomingMessage['headers']][] = [];
  answer = (incoming, outgoing) => {
    seen.push([incoming.url, incoming.headers]);
    outgoing.end('ok');
  };
  for (const path of [
    '/v1/responses?a=1',
    '/../../heartbeat',
    '/%2e%2e/%2e%2e/submit',
    '//evil.example/v1',
    'http://evil.example/x',
  ]) {
    const asked = ask(path, { authorization: 'Bearer mine', 'x-api-key': 'mine', cookie: 'a' });
    asked.end('{}');
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    expect(await text(response)).toBe('ok');
  }
  expect(seen.map(([url]) => url).every((url) => url?.startsWith('/runner/model/openai-responses/'))).toBe(true);
  expect(seen[0]?.[0]).toBe('/runner/model/openai-responses/v1/responses?a=1');
  for (const [, headers] of seen) {
    expect(headers.authorization).toBe('Bearer gtr_token');
    expect(headers).not.toHaveProperty('x-api-key');
    expect(headers).not.toHaveProperty('cookie');
  }
  expect(relay.calls()).toBe(5);
});

test('an answer arrives piece by piece, before its end', async () => {
  let finish = () => {};
  answer = (_, outgoing) => {
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    outgoing.write('data: 1\n\n');
    finish = () => outgoing.end('data: 2\n\n');
  };
  const asked = ask('/v1/responses');
  asked.end('{}');
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const [first] = (await once(response, 'data')) as [Buffer];
  expect(first.toString()).toBe('data: 1\n\n');
  expect(relay.seen().calls).toEqual([expect.objectContaining({ status: 200, complete: false })]);
  finish();
  expect(await text(response)).toBe('data: 2\n\n');
  expect(relay.seen().calls).toEqual([expect.objectContaining({ status: 200, complete: true })]);
});

test('an agent that goes away ends the request to the control plane', async () => {
  const gone = new Promise<void>((resolve) => {
    answer = (_, outgoing) => {
      outgoing.on('close', resolve);
      outgoing.write('data: 1\n\n');
    };
  });
  const asked = ask('/v1/responses');
  asked.on('error', () => {});
  asked.end('{}');
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  asked.destroy();
  await gone;
});

test('a cut answer is cut for the agent too, and seen as such', async () => {
  answer = (_, outgoing) => {
    outgoing.writeHead(200);
    outgoing.write('half');
    setImmediate(() => outgoing.destroy());
  };
  const asked = ask('/v1/responses');
  asked.end('{}');
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  await expect(text(response)).rejects.toThrow();
  expect(relay.seen().calls).toEqual([expect.objectContaining({ status: 200, complete: false })]);
});

test('a control plane that is away is a 502, not a silence', async () => {
  plane.closeAllConnections();
  plane.close();
  const asked = ask('/v1/responses');
  asked.end('{}');
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(502);
  await text(response);
  expect(relay.seen().calls).toEqual([expect.objectContaining({ status: null, complete: false })]);
});
