import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Permanent, Retryable } from '../../../src/errors.ts';
import type { Submission } from '../../../src/facts/run.ts';
import { type ControlPlane, createControlPlane } from '../../../src/runner/control-plane.ts';

let server: Server;
let plane: ControlPlane;
/** Answers in order; the last one stays. */
let answers: [number, unknown][];
let asked: string[];
beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      asked.push(`${request.method} ${request.url}`);
      const [status, json] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, {}];
      response.writeHead(status, { 'content-type': 'application/problem+json', location: '/elsewhere' });
      response.end(JSON.stringify(json));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  plane = createControlPlane(`http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const problem = { type: 't', title: 't', status: 409, detail: 'The run has ended.' };
const submission: Submission = {
  fence: 2,
  outcome: { kind: 'cancelled', why: 'w' },
  sandbox: { name: 'none', boxed: false, unenforced: [] },
};

test('a submission is sent again until it is answered', async () => {
  answers = [
    [503, {}],
    [502, {}],
    [200, { accepted: true, repeated: true }],
  ];
  expect(await plane.session('r 1', 't').submit(submission)).toEqual({ accepted: true, repeated: true });
  expect(asked).toEqual(Array(3).fill('POST /runner/submit?run=r%201'));
});

test('the exchange is sent once, whatever comes back', async () => {
  answers = [[503, problem]];
  expect(await plane.exchange('r', 'token')).toEqual({ refused: { status: 503, detail: 'The run has ended.' } });
  expect(asked).toHaveLength(1);
});

test('a refusal is an answer where it is expected, and final', async () => {
  answers = [[409, problem]];
  expect(await plane.session('r', 't').submit(submission)).toEqual({
    refused: { status: 409, detail: 'The run has ended.' },
  });
  await expect(plane.session('r', 't').upload('evidence', Buffer.from('{}'))).rejects.toThrow(Permanent);
  expect(asked).toHaveLength(2);
});

test('a redirect is never followed with the token', async () => {
  answers = [[307, {}]];
  await expect(plane.exchange('r', 'token')).rejects.toThrow(Retryable);
  expect(asked).toEqual(['POST /runner/exchange']);
});

test('a control plane that is being started is waited for, even by the exchange', async () => {
  answers = [[409, problem]];
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  await expect(createControlPlane(`http://127.0.0.1:${port}`, { downMs: 0 }).exchange('1-2-3', 't')).rejects.toThrow(
    Retryable,
  );
  const answer = plane.exchange('1-2-3', 't');
  server.listen(port, '127.0.0.1');
  expect(await answer).toMatchObject({ refused: { status: 409 } });
  expect(asked).toEqual(['POST /runner/exchange']);
});

test('an upload ends when its time is up: against a server that never answers, and one that nobody starts', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const bytes = new Uint8Array(8);
  const hung = createControlPlane(`http://127.0.0.1:${port}`);
  await expect(hung.session('r', 't').upload('bundle', bytes, AbortSignal.timeout(50))).rejects.toThrow(Retryable);
  silent.closeAllConnections();
  await new Promise((closed) => silent.close(closed));
  await expect(hung.session('r', 't').upload('bundle', bytes, AbortSignal.timeout(50))).rejects.toThrow();
});
