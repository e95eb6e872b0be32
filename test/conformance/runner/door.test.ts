// What a runner may do once it holds the token of its run, and when that token stops working.
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Submission } from '../../../src/facts/run.ts';
import { ExchangeAnswer } from '../../../src/intake/runner/wire.ts';
import { storeArtifact } from '../../../src/journal/artifact.ts';
import { askCancel, readRun } from '../../../src/journal/lease.ts';
import { type Plane, rightClaims, startPlane } from './plane.ts';

let plane: Plane;
let next = 500;
beforeAll(async () => {
  plane = await startPlane();
});
afterAll(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

const progress = { step: 'agent', events: 1, commands: 0, modelCalls: 2, lastActivity: null };
const sha256 = (bytes: string) => createHash('sha256').update(bytes).digest('hex');

async function claim(over: Parameters<Plane['addRun']>[0] | Record<string, unknown> = {}) {
  const number = next++;
  const run = `run-${number}`;
  const stream = await plane.addRun({ ticket: { number, title: 't', body: 'b', criteria: [] }, ...over, run }, number);
  const response = await fetch(`${plane.url}/runner/exchange`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ run, token: await plane.issuer.sign(rightClaims(number)) }),
  });
  const { token, fence } = ExchangeAnswer.parse(await response.json());
  const call = (method: string, path: string, body?: unknown, as = token) =>
    fetch(`${plane.url}/runner${path}`, {
      method,
      headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const submission: Submission = {
    fence,
    outcome: { kind: 'no_change', why: 'Nothing to do.' },
    runner: { ephemeral: true },
    sandbox: { name: 'bubblewrap', boxed: true, unenforced: [] },
  };
  return { run, stream, token, fence, call, submission };
}

test('heartbeats renew the lease, keep the progress and carry a cancel', async () => {
  const { run, call } = await claim();
  expect(await (await call('POST', '/heartbeat', { progress })).json()).toEqual({ order: 'go_on' });
  expect(await readRun(plane.journal.db, run)).toMatchObject({ state: 'running', progress });
  await askCancel(plane.journal.db, run, 'mona said /cancel');
  expect(await (await call('POST', '/heartbeat', { progress })).json()).toEqual({
    order: 'cancel',
    why: 'mona said /cancel',
  });
});

test('malformed progress is refused field by field', async () => {
  const { call } = await claim();
  const response = await call('POST', '/heartbeat', { progress: { ...progress, events: -1, secret: 'x' } });
  expect(response.status).toBe(422);
  const { problems } = (await response.json()) as { problems: { field: string }[] };
  expect(problems.map(({ field }) => field).sort()).toEqual(['progress.events', 'progress.secret']);
});

test.each([
  ['POST', '/heartbeat'],
  ['PUT', '/artifacts/bundle'],
  ['GET', `/artifacts/${'a'.repeat(64)}`],
  ['GET', '/truth'],
  ['POST', '/submit'],
  ['POST', '/model/openai-responses/v1/responses'],
])('%s %s needs the token of a live run', async (method, path) => {
  const { call, run } = await claim();
  for (const wrong of ['', 'gtr_nonsense', `gtr_${'A'.repeat(43)}`])
    expect((await call(method, path, method === 'GET' ? undefined : '{}', wrong)).status).toBe(401);
  await plane.journal.db
    .updateTable('run')
    .set({ lease_until: sql`clock_timestamp() - interval '1 second'` })
    .where('id', '=', run)
    .execute();
  expect((await call(method, path, method === 'GET' ? undefined : '{}')).status).toBe(401);
});

test('an artifact is kept by its content; only the one that the assignment names is read back', async () => {
  const mine = await storeArtifact(plane.journal.db, Buffer.from('the bundle'), 'application/x-git-bundle');
  const foreign = await storeArtifact(plane.journal.db, Buffer.from('of another run'), 'application/x-git-bundle');
  const { call } = await claim({ stage: 'verify', subject: { kind: 'bundle', artifact: mine, tree: 'b'.repeat(40) } });
  expect(await (await call('GET', `/artifacts/${mine}`)).text()).toBe('the bundle');
  expect((await call('GET', `/artifacts/${foreign}`)).status).toBe(403);
  expect(await (await call('PUT', '/artifacts/evidence', '{"a":1}')).json()).toEqual({ digest: sha256('{"a":1}') });
  expect((await call('PUT', '/artifacts/bundle', 'bytes')).status).toBe(403);
  expect((await call('PUT', '/artifacts/other', 'bytes')).status).toBe(404);
});

test('an artifact over its cap is refused', async () => {
  const { call } = await claim();
  expect((await call('PUT', '/artifacts/evidence', 'x'.repeat(20 * 1024 * 1024 + 1))).status).toBe(413);
});

test('a submission ends the run once; the same one again is the same answer, another one is not', async () => {
  const { run, stream, call, submission } = await claim();
  expect(await (await call('POST', `/submit?run=${run}`, submission)).json()).toEqual({
    accepted: true,
    repeated: false,
  });
  expect(await plane.facts(stream)).toContainEqual({
    type: 'RunFinished',
    run,
    stage: 'plan',
    submission,
    usage: { calls: 0, inputTokens: 0, outputTokens: 0 },
    isolation: 'box',
  });
  expect(await readRun(plane.journal.db, run)).toMatchObject({ state: 'succeeded' });
  expect(await (await call('POST', `/submit?run=${run}`, submission)).json()).toEqual({
    accepted: true,
    repeated: true,
  });
  const other = { ...submission, outcome: { kind: 'cancelled', why: 'no' } };
  expect((await call('POST', `/submit?run=${run}`, other)).status).toBe(401);
  expect((await call('POST', '/submit', submission)).status).toBe(401);
  expect((await plane.facts(stream)).filter(({ type }) => type === 'RunFinished')).toHaveLength(1);
});

test('a stale fence cannot submit', async () => {
  const { call, submission, fence } = await claim();
  expect((await call('POST', '/submit', { ...submission, fence: fence - 1 })).status).toBe(409);
});

test.each([
  { ephemeral: false },
  undefined,
])('a boxed run on the runner %j is recorded as on a reused one', async (runner) => {
  const { stream, call, submission } = await claim();
  const { runner: _, ...rest } = submission;
  await call('POST', '/submit', { ...rest, ...(runner && { runner }) });
  expect(await plane.facts(stream)).toContainEqual(expect.objectContaining({ isolation: 'reused' }));
});

test('a run without a box is recorded as one', async () => {
  const { stream, call, submission } = await claim();
  await call('POST', '/submit', { ...submission, sandbox: { name: 'none', boxed: false, unenforced: [] } });
  expect(await plane.facts(stream)).toContainEqual(expect.objectContaining({ isolation: 'none_allowed' }));
});

test('a submission that names bytes nobody uploaded, or claims work without them, is refused', async () => {
  const { call, submission } = await claim();
  const bundle = { artifact: 'e'.repeat(64), commit: 'f'.repeat(40) };
  const delivered = { ...submission, outcome: { kind: 'delivered' } };
  expect((await call('POST', '/submit', { ...delivered, bundle })).status).toBe(422);
  expect((await call('POST', '/submit', delivered)).status).toBe(422);
  expect((await call('POST', '/submit', { ...submission, layers: [] })).status).toBe(422);
});

test('a verify run cannot leave out or skip a configured layer', async () => {
  const layers = { unit: { run: 'true', timeoutMinutes: 1 }, static: { run: 'true', timeoutMinutes: 1 } };
  const { call, submission } = await claim({ stage: 'verify', subject: { kind: 'head', sha: 'b'.repeat(40) }, layers });
  const delivered = { ...submission, outcome: { kind: 'delivered' } };
  const result = (layer: string, conclusion: string) => ({ layer, conclusion, why: 'w' });
  const silent = [undefined, [], [result('unit', 'success')], [result('unit', 'success'), result('static', 'skipped')]];
  for (const told of silent) expect((await call('POST', '/submit', { ...delivered, layers: told })).status).toBe(422);
  const twice = [result('unit', 'failure'), result('unit', 'success'), result('static', 'success')];
  expect((await call('POST', '/submit', { ...delivered, layers: twice })).status).toBe(422);
  const all = [result('unit', 'failure'), result('static', 'success')];
  expect((await call('POST', '/submit', { ...delivered, layers: all })).status).toBe(200);
});

test('model requests reach the gateway with the run that the token speaks for', async () => {
  const { run, call } = await claim();
  plane.state.gateway = async (request, { id }) =>
    Response.json({ id, path: new URL(request.url).pathname, text: await request.text() });
  expect(await (await call('POST', '/model/openai-responses/v1/responses', '{"a":1}')).json()).toEqual({
    id: run,
    path: '/runner/model/openai-responses/v1/responses',
    text: '{"a":1}',
  });
});
