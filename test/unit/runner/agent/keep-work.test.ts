// What is left of a run that did not deliver: kept where it can be, within seconds, and never at the cost of the outcome.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Collected, HeldFile } from '../../../../adapters/git/contract.ts';
import { keepWork } from '../../../../src/runner/agent/keep-work.ts';
import { createControlPlane } from '../../../../src/runner/control-plane.ts';
import { createHalt } from '../../../../src/runner/halt.ts';

const diff = { added: 1, modified: 0, removed: 0, other: 0, lines: { added: 1, removed: 0 } };
const work = (bundle: string): Collected => {
  const [commit, tree] = ['b'.repeat(40), 'c'.repeat(40)] as const;
  return { ok: true, changed: true, bundle: Buffer.from(bundle), patch: null, commit, tree, diff };
};

/** Of a run that was cancelled. */
async function contextOf(serve: RequestListener, collect: (held: readonly HeldFile[]) => Collected) {
  const server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const halt = createHalt();
  halt.stop({ kind: 'cancelled', why: 'enough' });
  const said: string[] = [];
  const context = {
    assignment: { start: 'a'.repeat(40) },
    store: { directory: () => '/nowhere' },
    repo: { id: '1', url: 'http://127.0.0.1:9/none.git' },
    workspaces: { collect: async ({ held = [] }: { held?: readonly HeldFile[] }) => collect(held) },
    session: createControlPlane(`http://127.0.0.1:${port}`).session('run-1', 't'),
    halt,
    log: { line: (text: string) => void said.push(text) },
  };
  return { context, said };
}

test('an upload that nobody answers is given up before GitHub kills the job', async () => {
  const asked: string[] = [];
  const { context, said } = await contextOf(
    (request) => asked.push(`${request.method} ${request.url}`),
    () => work('work'),
  );
  const started = performance.now();
  expect(await keepWork(context, '/nowhere', [])).toEqual({});
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(asked).toEqual(['PUT /runner/artifacts/bundle']);
  expect(said.join()).toContain('did not answer in time');
});

test('work that touched what steers agents is kept as it was shown', async () => {
  const sent: Buffer[] = [];
  const digest = 'd'.repeat(64);
  const { context } = await contextOf(
    (request, response) => {
      request.on('data', (chunk: Buffer) => sent.push(chunk));
      request.on('end', () => response.setHeader('content-type', 'application/json').end(JSON.stringify({ digest })));
    },
    (held) => (held.length > 0 ? { ok: false, reason: 'held', detail: 'AGENTS.md' } : work('all of it')),
  );
  const kept = await keepWork(context, '/nowhere', [{ path: 'AGENTS.md', at: null }]);
  expect(Buffer.concat(sent).toString()).toBe('all of it');
  expect(kept).toEqual({ kept: digest });
});
