// What is left of a stopped run is sent within seconds or not at all: a control plane that hangs must not cost the outcome.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { keepWork } from '../../../../src/runner/agent/keep-work.ts';
import { createControlPlane } from '../../../../src/runner/control-plane.ts';
import { createHalt } from '../../../../src/runner/halt.ts';

test('an upload that nobody answers is given up before GitHub kills the job', async () => {
  const asked: string[] = [];
  const server = createServer((request) => asked.push(`${request.method} ${request.url}`)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const halt = createHalt();
  halt.stop({ kind: 'cancelled', why: 'enough' });
  const said: string[] = [];
  const diff = { added: 1, modified: 0, removed: 0, other: 0, lines: { added: 1, removed: 0 } };
  const left = { bundle: Buffer.from('work'), patch: null, commit: 'b'.repeat(40), tree: 'c'.repeat(40), diff };
  const context = {
    assignment: { start: 'a'.repeat(40) },
    store: { directory: () => '/nowhere' },
    repo: { id: '1', url: 'http://127.0.0.1:9/none.git' },
    workspaces: { collect: async () => ({ ok: true, changed: true, ...left }) as const },
    session: createControlPlane(`http://127.0.0.1:${port}`).session('run-1', 't'),
    halt,
    log: { line: (text: string) => void said.push(text) },
  };
  const started = performance.now();
  expect(await keepWork(context, '/nowhere', [])).toEqual({});
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(asked).toEqual(['PUT /runner/artifacts/bundle']);
  expect(said.join()).toContain('did not answer in time');
});
