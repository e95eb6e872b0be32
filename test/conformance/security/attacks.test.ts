// The whole runner, a real box of each kind and the real gateway, with an agent that does nothing but attack.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBubblewrap } from '../../../adapters/sandbox/bubblewrap.ts';
import { alive, uniqueSeconds } from '../../../adapters/sandbox/conformance-tools.ts';
import type { SandboxName } from '../../../adapters/sandbox/contract.ts';
import { placeProblem } from '../../../src/effects/inspect-bundle.ts';
import type { Submission } from '../../../src/facts/run.ts';
import { createGateway } from '../../../src/gateway/gateway.ts';
import type { ModelCall } from '../../../src/gateway/truth.ts';
import { readArtifact } from '../../../src/journal/artifact.ts';
import { askCancel, readRun } from '../../../src/journal/lease.ts';
import { createLedger } from '../../model/ledger.ts';
import { type ModelServer, startModelServer } from '../../model/server.ts';
import { type FakeWork, installFakeCodex } from '../runner/fake-codex.ts';
import { type GitServer, gitToken, startGitServer } from '../runner/git-server.ts';
import { type Plane, rightClaims, startPlane } from '../runner/plane.ts';
import { startJob } from '../runner/program.ts';
import { containerHere } from '../sandbox/container-here.ts';
import { attacks, prelude, type Records } from './attacks.ts';

const modelKey = 'sk-canary-0123456789-of-the-provider';
const registryKey = 'canary-registry-0123456789';
const container = await containerHere();
const bubblewrap = await createBubblewrap().available();
const kinds: { sandbox: SandboxName; why: string; env: Record<string, string> }[] = [
  { sandbox: 'bubblewrap', why: bubblewrap.ok ? '' : bubblewrap.why, env: {} },
  {
    sandbox: 'container',
    why: container.available.ok ? '' : container.available.why,
    env: { GANTRY_SANDBOX_IMAGE: container.image, CONTAINERS_CONF: process.env.CONTAINERS_CONF ?? '' },
  },
];

let plane: Plane;
let target: GitServer;
let provider: ModelServer;
let agents: ReturnType<typeof installFakeCodex>;
let base: string;
let issue = 0;
const asked: string[] = [];
const calls: ModelCall[] = [];

beforeAll(async () => {
  // Where a control plane would hold it: in the environment of this very process.
  process.env.OPENAI_API_KEY = modelKey;
  provider = await startModelServer({ script: () => ({ say: 'Hi.' }), key: modelKey });
  [plane, target] = await Promise.all([
    startPlane(),
    startGitServer(join(import.meta.dirname, '../../fixtures/target')),
  ]);
  agents = installFakeCodex();
  base = target.push();
});
afterAll(async () => {
  delete process.env.OPENAI_API_KEY;
  await Promise.all([plane.close(), target.close(), provider.close()]);
  agents.remove();
  container.close();
});

/** The agent's first question is what to do; every other request goes to the real gateway. */
function gatewaySays(work: FakeWork) {
  const gateway = createGateway({
    providers: [{ protocol: 'openai-responses', baseUrl: provider.url, key: modelKey }],
    price: () => ({ input: 10, cacheRead: 1, cacheWrite: 12, output: 100 }),
    meter: createLedger({ open: async () => ({ budget: 1_000_000, usedTokens: 0 }) }),
    log: { call: (_run, call) => void calls.push(call), unsettled: () => {} },
  });
  let told = false;
  asked.length = 0;
  calls.length = 0;
  plane.state.gateway = async (request, { id }) => {
    asked.push(new URL(request.url).pathname);
    if (told) return gateway.fetch(request, { run: id, models: ['the-model'], costLimited: false });
    told = true;
    return Response.json(work);
  };
  plane.state.truth = async () => ({
    calls: [{ status: 200, errorCode: null, denied: null, complete: true, refused: false }],
    spent: false,
  });
}

async function start(sandbox: SandboxName, env: Record<string, string>) {
  issue++;
  const run = `run-${issue}`;
  const ticket = { number: issue, title: 'Attack', body: 'Ten percent.', criteria: [] };
  const repository = { id: 7001, fullName: 'acme/parcel-rates', gitUrl: target.url };
  const egress = ['registry.example.org', 'localhost'];
  const registries = ['https://npm.example.org/team/'];
  const stream = await plane.addRun({ run, repository, ticket, start: base, egress, registries }, 3_000 + issue);
  const identity = plane.issuer.grant(rightClaims(3_000 + issue));
  const lent = { ...env, GANTRY_REGISTRY_CREDENTIALS: JSON.stringify({ 'npm.example.org': `Bearer ${registryKey}` }) };
  const job = startJob({ run, server: plane.url, sandbox, agents: agents.directory, identity, env: lent });
  return { run, stream, job };
}

const submissionOf = async (stream: Awaited<ReturnType<typeof start>>['stream']): Promise<Submission> => {
  const finished = (await plane.facts(stream)).find((fact) => fact.type === 'RunFinished');
  if (finished === undefined) throw new Error('the run handed nothing in');
  return finished.submission;
};

const stored = async (digest: string | undefined): Promise<Buffer> =>
  (await readArtifact(plane.journal.db, digest ?? ''))?.bytes ?? Buffer.alloc(0);

describe.each(kinds)('an agent in $sandbox', ({ sandbox, why, env }) => {
  describe.skipIf(why !== '')(`tries to${why && ` (skipped: ${why})`}`, () => {
    const mark = uniqueSeconds();
    let loot: Record<string, unknown>;
    let records: Records;
    let evidence: string;
    let log: string;
    let changed: string[];

    beforeAll(async () => {
      const bodies = attacks.map(
        ({ name, script }) => `loot[${JSON.stringify(name)}] = await (async () => { ${script} })();`,
      );
      const attack = `${prelude} const MARK = '${mark}'; const loot = {}; ${bodies.join('\n')} return loot;`;
      gatewaySays({ files: {}, message: 'Done.', attack });
      const { stream, job } = await start(sandbox, env);
      const end = await job.ended;
      log = end.log + end.summary;
      const { bundle, evidence: digest, ...said } = await submissionOf(stream);
      if (bundle === undefined) throw new Error(`${JSON.stringify(said)}\n${log}`);
      evidence = (await stored(digest)).toString();
      records = { ...JSON.parse(evidence), asked: [...asked], calls: [...calls] };
      const file = join(target.work, '../stored.bundle');
      writeFileSync(file, await stored(bundle.artifact));
      target.git('fetch', '--quiet', file, '+refs/heads/work:refs/heads/stored');
      loot = JSON.parse(target.git('show', 'refs/heads/stored:loot.json'));
      changed = target.git('diff', '--name-only', base, 'refs/heads/stored').split('\n');
    }, 120_000);

    test.each(attacks)('$name', ({ name, loot: wanted, recorded }) => {
      expect(loot[name]).toEqual(wanted);
      expect(recorded(records)).toBe(true);
    });

    test('no secret is in the evidence, in the log of the job or in what came back', () => {
      const tokens = /gtr_[A-Za-z0-9_-]{20,}/;
      for (const text of [evidence, log, JSON.stringify(loot)]) {
        expect(text.length).toBeGreaterThan(100);
        expect(text).not.toContain(modelKey);
        expect(text).not.toContain(gitToken);
        expect(text).not.toContain(registryKey);
        expect(text).not.toMatch(tokens);
      }
    });

    test('the provider got the key and the box did not: the real one was on each call', () => {
      expect(provider.log.length).toBeGreaterThan(0);
    });

    test('nothing of .git came back, and no hook of it ran on the host', () => {
      expect(changed).toEqual(['.gitattributes', '.github/workflows/evil.yml', 'evil.sh', 'loot.json']);
      expect(existsSync('/tmp/PWNED')).toBe(false);
    });

    test('the workflow is refused by name before anything is pushed', () => {
      const files = changed.map(
        (path) => ({ path, status: 'added', oldMode: null, newMode: '100644', oldBlob: null, newBlob: base }) as const,
      );
      const place = { stage: 'implement', changeId: 'x', scope: ['**/*'], protected: [] } as const;
      const command = { type: 'InspectBundle', run: 'r', artifact: '0', start: base, base, ...place } as const;
      const refused = placeProblem(
        { ...command, scope: [...place.scope], protected: [] },
        { ok: true, commit: base, tree: base, files },
      );
      expect(refused).toMatchObject({ id: 'bundle-protected', data: { paths: expect.stringContaining('evil.yml') } });
    });

    test('no process of it is left', async () => {
      expect(await alive(mark)).toBe(false);
    });

    test('survive a cancel: the processes are gone and the record says who cancelled', async () => {
      const survivor = uniqueSeconds();
      const leave = attacks.at(-1)?.script ?? '';
      gatewaySays({
        files: {},
        message: 'never',
        hang: 600,
        attack: `${prelude} const MARK = '${survivor}'; ${leave}`,
      });
      const { run, stream, job } = await start(sandbox, env);
      await expect
        .poll(async () => JSON.stringify((await readRun(plane.journal.db, run))?.progress), { timeout: 30_000 })
        .toContain('"commands":1');
      expect(await alive(survivor)).toBe(true);
      await askCancel(plane.journal.db, run, 'mona said /cancel');
      await job.ended;
      expect(await alive(survivor)).toBe(false);
      expect((await submissionOf(stream)).outcome).toEqual({ kind: 'cancelled', why: 'mona said /cancel' });
    });
  });
});

describe('somebody outside tries to', () => {
  const claim = async () => {
    issue++;
    const run = `run-${issue}`;
    const ticket = { number: issue, title: 't', body: 'b', criteria: [] };
    const stream = await plane.addRun({ run, ticket }, 3_000 + issue);
    const take = async (claims: object) =>
      fetch(`${plane.url}/runner/exchange`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ run, token: await plane.issuer.sign({ ...rightClaims(3_000 + issue), ...claims }) }),
      });
    return { run, stream, take };
  };
  const submission = (fence: number) => ({
    fence,
    outcome: { kind: 'no_change', why: 'Nothing to do.' },
    sandbox: { name: 'bubblewrap', boxed: true, unenforced: [] },
  });
  const call = (path: string, token: string, body: object) =>
    fetch(`${plane.url}/runner${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('forge a run token', async () => {
    const { run, stream } = await claim();
    for (const forged of ['', 'gtr_', `gtr_${'A'.repeat(43)}`, modelKey]) {
      plane.refused.length = 0;
      expect((await call('/submit', forged, submission(1))).status).toBe(401);
      expect((await call('/model/openai-responses/v1/responses', forged, {})).status).toBe(401);
      expect(plane.refused).toHaveLength(2);
    }
    expect((await readRun(plane.journal.db, run))?.state).not.toBe('succeeded');
    expect((await plane.facts(stream)).map(({ type }) => type)).not.toContain('RunFinished');
  });

  test('take a run with the identity of another job', async () => {
    const { take } = await claim();
    plane.refused.length = 0;
    const others = [{ repository_id: '7002' }, { run_id: '1' }, { run_attempt: '2' }, { event_name: 'pull_request' }];
    for (const claims of others) expect((await take(claims)).status).toBeGreaterThanOrEqual(401);
    expect(plane.refused).toHaveLength(others.length);
  });

  test('replay a fence: a submission of a lease that is no longer held', async () => {
    const { stream, take } = await claim();
    const { token, fence } = (await (await take({})).json()) as { token: string; fence: number };
    plane.refused.length = 0;
    expect((await call('/submit', token, submission(fence - 1))).status).toBe(409);
    expect((await call('/submit', token, submission(fence + 1))).status).toBe(409);
    expect(plane.refused).toEqual([`the fence ${fence - 1} is stale`, `the fence ${fence + 1} is stale`]);
    expect((await plane.facts(stream)).map(({ type }) => type)).not.toContain('RunFinished');
    expect((await call('/submit', token, submission(fence))).status).toBe(200);
    expect((await call('/submit', token, submission(fence))).status).toBe(401);
  });
});
