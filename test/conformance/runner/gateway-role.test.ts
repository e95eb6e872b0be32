// The gateway as a role of its own: the app holds no key and passes on, and what the app checked is checked again.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { agents } from '../../../adapters/agent/index.ts';
import { createPlainTracer } from '../../../adapters/tracer/plain.ts';
import { startGatewayRole } from '../../../src/api/gateway-role.ts';
import type { RunBudget } from '../../../src/facts/run.ts';
import { passOn } from '../../../src/gateway/pass-on.ts';
import { hashRunToken, mintRunToken } from '../../../src/intake/runner/run-token.ts';
import { describeArtifact, readArtifact } from '../../../src/journal/artifact.ts';
import { countedOutcome, mostRefusals } from '../../../src/journal/budget.ts';
import { endRun, takeLease } from '../../../src/journal/lease.ts';
import { createLog } from '../../../src/log.ts';
import { type ModelServer, startModelServer } from '../../model/server.ts';
import { startPostgres } from '../../world/postgres.ts';
import { type Plane, startPlane } from './plane.ts';

const key = 'sk-only-the-gateway-has-it';
let plane: Plane;
let provider: ModelServer;
let role: Awaited<ReturnType<typeof startGatewayRole>>;
let next = 900;
beforeAll(async () => {
  plane = await startPlane();
  provider = await startModelServer({ script: () => ({ say: 'Hi.' }), key });
  role = await startGatewayRole({
    journal: plane.journal,
    agents,
    providers: [{ protocol: 'openai-responses', baseUrl: provider.url, key }],
    tracer: createPlainTracer(),
    http: { port: 0, host: '127.0.0.1' },
    log: createLog('silent'),
  });
  plane.state.gateway = passOn(role.url);
});
afterAll(async () => {
  await role.close();
  await Promise.all([plane.close(), provider.close()]);
  expect(plane.errors).toEqual([]);
});

async function claimed(over: Partial<RunBudget> = {}) {
  const number = next++;
  const run = `run-${number}`;
  const budget = { wallSeconds: 120, tokens: 100_000, ticketTokens: 1_000_000, ...over };
  await plane.addRun({ run, ticket: { number, title: 't', body: 'b', criteria: [] }, budget }, number);
  const token = mintRunToken();
  const by = { workflowRun: number, identity: `1/${number}`, tokenHash: hashRunToken(token), seconds: 60 };
  await plane.journal.db.transaction().execute((tx) => takeLease(tx, run, by));
  return { run, token };
}
const body = { model: 'gpt-5.5', stream: true, input: 'Hello' };
const ask = (base: string, token: string, asked: object = body) =>
  fetch(`${base}/runner/model/openai-responses/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(asked),
  });

test('a call goes runner, app, gateway, provider and streams back; only the last hop carries the key', async () => {
  const { token } = await claimed();
  const answer = await ask(plane.url, token);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toContain('event-stream');
  expect(await answer.text()).toContain('response.completed');
  expect(provider.log.at(-1)?.headers.authorization).toBe(`Bearer ${key}`);
});

test('the gateway believes nobody: no token, a forged one and one of an ended run are refused there as well', async () => {
  const { run, token } = await claimed();
  const before = provider.log.length;
  for (const wrong of ['', `gtr_${'x'.repeat(43)}`, mintRunToken(), key])
    expect((await ask(role.url, wrong)).status, wrong).toBe(401);
  await plane.journal.db.transaction().execute((tx) => endRun(tx, run, { kind: 'cancelled', why: 'said so' }));
  expect((await ask(role.url, token)).status).toBe(401);
  expect(provider.log.length).toBe(before);
  expect((await fetch(`${role.url}/runner/exchange`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(`${role.url}/api/v1/tickets`)).status).toBe(404);
});

test('the budget holds across the two processes, because it lies in the database', async () => {
  const { token } = await claimed({ tokens: 50 });
  const answer = await ask(plane.url, token);
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('budget_spent');
});

test('a run that has no call or no time left is told so, and no provider is asked', async () => {
  const few = await claimed({ calls: 1 });
  expect((await ask(plane.url, few.token)).status).toBe(200);
  const late = await claimed();
  await sql`update run set claimed_at = clock_timestamp() - interval '121 seconds' where id = ${late.run}`.execute(
    plane.journal.db,
  );
  const before = provider.log.length;
  for (const [token, budget] of [
    [few.token, 'budgets.runCalls'],
    [late.token, 'budgets.runMinutes'],
  ] as const) {
    const answer = await ask(plane.url, token);
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining(budget)]);
  }
  expect(provider.log.length).toBe(before);
});

test('a run that keeps asking for what it may not have is ended, and fills no table', { timeout: 60_000 }, async () => {
  const { run, token } = await claimed();
  const refused = { model: 'a-model-that-nobody-named', input: 'Hello' };
  const statuses = new Set<number>();
  for (let n = 0; n < mostRefusals + 20; n += 20)
    for (const { status } of await Promise.all(Array.from({ length: 20 }, () => ask(plane.url, token, refused))))
      statuses.add(status);
  expect([...statuses]).toEqual([403]);
  const { db } = plane.journal;
  const kept = await db.selectFrom('model_call').select('id').where('run', '=', run).execute();
  expect(kept.length).toBeGreaterThanOrEqual(mostRefusals);
  expect(kept.length).toBeLessThan(mostRefusals + 20);
  expect(await countedOutcome(db, run)).toMatchObject({ kind: 'failed', class: 'agent_failed' });
  expect(await (await ask(plane.url, token)).text()).toContain('run_stopped');
});

test('what the run said to the model is one artifact at its end, whichever process ends it', async () => {
  const { run, token } = await claimed();
  const secret = ['gh', 'p_', 'b2'.repeat(18)].join('');
  const texts = ['Hello', `Take ${secret}`];
  for (const input of texts) await (await ask(plane.url, token, { model: 'gpt-5.5', stream: true, input })).text();
  const { db } = plane.journal;
  const parts = () => db.selectFrom('transcript_part').select('run').where('run', '=', run).execute();
  await vi.waitFor(async () => expect(await parts()).toHaveLength(2));
  await db.transaction().execute((tx) => endRun(tx, run, { kind: 'cancelled', why: 'said so' }));
  expect(await parts()).toEqual([]);
  const { transcript } = await db
    .selectFrom('run')
    .select('transcript')
    .where('id', '=', run)
    .executeTakeFirstOrThrow();
  const stored = await readArtifact(db, transcript ?? '');
  const lines =
    stored?.bytes
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)) ?? [];
  expect(lines).toMatchObject([{ run, calls: 2, kept: 2 }, { model: 'gpt-5.5', status: 200 }, {}]);
  expect(lines[1].answer).toContain('Hi.');
  expect(JSON.stringify(lines[2].said)).toContain('Take [redacted]');
  expect(await describeArtifact(db, transcript ?? '')).toMatchObject({
    media: 'application/x-ndjson',
    namedBy: [expect.any(String)],
  });
});

const main = path.resolve(import.meta.dirname, '../../../src/cli/main.ts');

test('gantry gateway: says what it lacks, else serves and ends when told', { timeout: 120_000 }, async () => {
  const bare = promisify(execFile)(process.execPath, [main, 'gateway'], { env: { OPENAI_API_KEY: 'sk-x' } });
  await expect(bare).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('DATABASE_URL is missing') });
  const server = await startPostgres();
  try {
    const env = { DATABASE_URL: await server.fresh(), OPENAI_API_KEY: key };
    const child = spawn(process.execPath, [main, 'gateway', '--port', '0'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    await expect.poll(() => said, { timeout: 60_000 }).toContain('the gateway is up');
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
    expect((await fetch(`${url}/ready`)).status).toBe(200);
    expect((await ask(url, mintRunToken())).status).toBe(401);
    expect(said).not.toContain(key);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  } finally {
    await server.stop();
  }
});
