// trust.md 8, rule by rule: who may take a run, and that it is taken once.
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunnerKind } from '../../../src/facts/policy.ts';
import type { Assignment } from '../../../src/facts/run.ts';
import { Problem } from '../../../src/intake/problem.ts';
import { ExchangeAnswer } from '../../../src/intake/runner/wire.ts';
import { readRun } from '../../../src/journal/lease.ts';
import { type Plane, rightClaims, startPlane } from './plane.ts';

let plane: Plane;
let next = 100;
beforeAll(async () => {
  plane = await startPlane();
});
afterAll(async () => {
  await plane.close();
  expect(plane.errors).toEqual([]);
});

const exchange = (run: string, token: string) =>
  fetch(`${plane.url}/runner/exchange`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ run, token }),
  });

/** A new run on an issue of its own, bound to a workflow run. */
async function aRun(over: Partial<Assignment> = {}) {
  const number = next++;
  const run = `run-${number}`;
  const ticket = { number, title: 't', body: 'b', criteria: [] };
  const stream = await plane.addRun({ run, ticket, ...over }, 9_000 + number);
  return { run, stream, claims: rightClaims(9_000 + number) };
}

async function refused(response: Response, status: number): Promise<Problem> {
  const body = Problem.parse(await response.json());
  expect([response.status, body.detail]).toEqual([status, expect.any(String)]);
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return body;
}

test('the right job gets token, fence and assignment, and the ticket learns of it', async () => {
  const { run, stream, claims } = await aRun();
  const response = await exchange(run, await plane.issuer.sign(claims));
  expect(response.status).toBe(200);
  const answer = ExchangeAnswer.parse(await response.json());
  expect(answer.token).toMatch(/^gtr_[A-Za-z0-9_-]{43}$/);
  expect(answer).toMatchObject({ fence: 2, assignment: { run, fence: 2 } });
  expect(await plane.facts(stream)).toContainEqual({
    type: 'RunClaimed',
    run,
    workflowRun: Number(claims.run_id),
    start: expect.any(String),
  });
  const row = await plane.journal.db.selectFrom('run').selectAll().where('id', '=', run).executeTakeFirstOrThrow();
  expect(row).toMatchObject({ state: 'claimed', exchanged: '1/88001' });
  expect(JSON.stringify(row)).not.toContain(answer.token);
});

test('before GitHub told the workflow run, the first right job binds it', async () => {
  const run = 'run-unbound';
  await plane.addRun({ run, ticket: { number: 99, title: 't', body: 'b', criteria: [] } });
  expect((await exchange(run, await plane.issuer.sign(rightClaims(77)))).status).toBe(200);
  expect((await readRun(plane.journal.db, run))?.workflowRun).toBe(77);
});

test.each<[string, Record<string, string | undefined>]>([
  ['repository_owner_id', { repository_owner_id: '56' }],
  ['event_name', { event_name: 'pull_request' }],
  ['ref', { ref: 'refs/heads/feature' }],
  ['ref', { ref: 'refs/tags/main' }],
  ['workflow_ref', { workflow_ref: 'acme/parcel-rates/.github/workflows/other.yml@refs/heads/main' }],
  ['workflow_ref', { workflow_ref: 'acme/parcel-rates/.github/workflows/gantry.yml@refs/heads/feature' }],
  ['workflow_ref', { workflow_ref: 'evil/parcel-rates/.github/workflows/gantry.yml@refs/heads/main' }],
  ['job_workflow_ref', { job_workflow_ref: 'acme/parcel-rates/.github/workflows/gantry.yml@refs/heads/main' }],
  ['job_workflow_ref', { job_workflow_ref: 'gantry-dev/gantry/.github/workflows/gantry.yml.evil@x' }],
  ['job_workflow_sha', { job_workflow_sha: 'd'.repeat(40) }],
  ['actor_id', { actor_id: '1' }],
  ['run_attempt', { run_attempt: '2' }],
  ['runner_environment', { runner_environment: 'github-hosted' }],
  ['run_id', { run_id: '123456' }],
])('a job with another %s is refused and changes nothing: %o', async (claim, forged) => {
  const { run, claims } = await aRun();
  const problem = await refused(await exchange(run, await plane.issuer.sign({ ...claims, ...forged })), 403);
  expect(problem.problems).toEqual([{ field: claim, message: expect.stringMatching(/^must be/) }]);
  expect(plane.refused.at(-1)).toContain(`a job may not take it: This job may not take the run: ${claim} must be`);
  expect((await readRun(plane.journal.db, run))?.state).toBe('queued');
  // The right job is not locked out by the wrong one.
  expect((await exchange(run, await plane.issuer.sign(claims))).status).toBe(200);
});

test.each<[readonly RunnerKind[] | undefined, string, number]>([
  [undefined, 'self-hosted', 200],
  [undefined, 'github-hosted', 403],
  [['self-hosted'], 'github-hosted', 403],
  [['self-hosted', 'github-hosted'], 'github-hosted', 200],
  [['self-hosted', 'github-hosted'], 'self-hosted', 200],
  [['github-hosted'], 'self-hosted', 403],
  [['github-hosted'], 'github-hosted,self-hosted', 403],
])('where policy says %s, a job on a %s runner gets %i', async (runners, environment, status) => {
  const { run, claims } = await aRun(runners && { runners: [...runners] });
  const answer = await exchange(run, await plane.issuer.sign({ ...claims, runner_environment: environment }));
  expect(answer.status).toBe(status);
  if (status === 403) expect((await refused(answer, 403)).detail).toContain('runners in .github/harness.yml');
});

test('"Re-run" is told to use /retry', async () => {
  const { run, claims } = await aRun();
  const problem = await refused(await exchange(run, await plane.issuer.sign({ ...claims, run_attempt: '2' })), 403);
  expect(problem.detail).toContain('/retry');
});

test('a job of another repository learns nothing, not even that the run exists', async () => {
  const { run, claims } = await aRun();
  const other = await plane.issuer.sign({ ...claims, repository_id: '1' });
  const known = await refused(await exchange(run, other), 404);
  expect(known).toEqual(await refused(await exchange('no-such-run', other), 404));
});

describe('a token that does not prove anything', () => {
  const cases: [string, (sign: Plane['issuer']['sign']) => Promise<string>, string][] = [
    ['for somebody else', (sign) => sign(rightClaims(1), { audience: 'https://other.example' }), 'aud'],
    [
      'for us and somebody else',
      (sign) => sign(rightClaims(1), { audience: [plane.url, 'https://other.example'] }),
      'aud',
    ],
    ['from another issuer', (sign) => sign(rightClaims(1), { issuer: 'https://other.example' }), 'iss'],
    ['expired', (sign) => sign(rightClaims(1), { expires: Math.floor(Date.now() / 1_000) - 60 }), 'EXPIRED'],
    ['not yet valid', (sign) => sign(rightClaims(1), { notBefore: Math.floor(Date.now() / 1_000) + 600 }), 'nbf'],
    ['without a check run', (sign) => sign({ ...rightClaims(1), check_run_id: undefined }), 'check_run_id'],
    ['with ids that are no ids', (sign) => sign({ ...rightClaims(1), run_id: '1 or 1' }), 'run_id'],
    [
      'signed by another key',
      async (sign) => sign(rightClaims(1), { key: (await generateKeyPair('RS256')).privateKey }),
      'SIGNATURE',
    ],
    [
      'without a signature',
      async () => `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify(rightClaims(1)))}.`.replaceAll('=', ''),
      'ERR',
    ],
    ['no token at all', async () => 'nonsense', 'ERR'],
  ];
  test.each(cases)('%s', async (_, make, names) => {
    const { run } = await aRun();
    const problem = await refused(await exchange(run, await make(plane.issuer.sign)), 401);
    expect(problem.detail).toContain(names);
    expect((await readRun(plane.journal.db, run))?.state).toBe('queued');
  });

  test('signed with the public key as a shared secret', async () => {
    const { SignJWT } = await import('jose');
    const token = await new SignJWT(rightClaims(1))
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .sign(new Uint8Array(32));
    await refused(await exchange((await aRun()).run, token), 401);
  });
});

test('a second exchange ends the run: neither the first token nor the second job goes on', async () => {
  const { run, stream, claims } = await aRun();
  const first = ExchangeAnswer.parse(await (await exchange(run, await plane.issuer.sign(claims))).json());
  const problem = await refused(await exchange(run, await plane.issuer.sign(claims)), 409);
  expect(problem.detail).toContain('/retry');
  expect(await plane.facts(stream)).toContainEqual({
    type: 'RunLost',
    run,
    outcome: { kind: 'failed', class: 'auth', why: expect.any(String) },
  });
  const beat = await fetch(`${plane.url}/runner/heartbeat`, {
    method: 'POST',
    headers: { authorization: `Bearer ${first.token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  await refused(beat, 401);
  await refused(await exchange(run, await plane.issuer.sign(claims)), 409);
  expect((await plane.facts(stream)).filter(({ type }) => type === 'RunLost')).toHaveLength(1);
});

test('two jobs at the same moment: one at most, and then none', async () => {
  const { run, stream, claims } = await aRun();
  const tokens = await Promise.all([plane.issuer.sign(claims), plane.issuer.sign(claims)]);
  const statuses = (await Promise.all(tokens.map((token) => exchange(run, token)))).map(({ status }) => status);
  expect(statuses.sort()).toEqual([200, 409]);
  expect((await plane.facts(stream)).map(({ type }) => type)).toEqual(['MembersChanged', 'RunClaimed', 'RunLost']);
});

test.each([
  ['not JSON', 'nonsense', 400],
  ['another shape', '{"run":7}', 422],
  ['too long', JSON.stringify({ run: 'a', token: 'x'.repeat(40_000) }), 413],
])('a body that is %s', async (_, body, status) => {
  const headers = { 'content-type': 'application/json' };
  await refused(await fetch(`${plane.url}/runner/exchange`, { method: 'POST', headers, body }), status);
});

test('the issuer is asked for its keys once', () => {
  expect(plane.issuer.keyRequests()).toBe(1);
});
