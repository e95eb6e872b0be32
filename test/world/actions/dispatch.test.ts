// What a dispatch is refused for, in GitHub's words, and what happens to a second attempt.
import { expect, test } from 'vitest';
import { APP } from '../seed.ts';
import { startActions } from './actions-kit.ts';

const caller = (permissions: string, uses = './.github/workflows/called.yml') =>
  `on: workflow_dispatch\npermissions: ${permissions}\njobs: { call: { uses: "${uses}" } }\n`;
const files = {
  '.github/workflows/main.yml': `
on:
  workflow_dispatch:
    inputs: { run: { required: true, type: string }, mode: { type: choice, options: [a, b] } }
jobs: { one: { runs-on: ubuntu-latest, steps: [{ run: 'echo attempt $GITHUB_RUN_ATTEMPT' }] } }
`,
  '.github/workflows/bad.yml': `on: workflow_dispatch\njobs: { s: { runs-on: x, steps: [{ run: "\${{ nope.x }}" }] } }\n`,
  '.github/workflows/called.yml': `
on: workflow_call
jobs: { deep: { runs-on: x, permissions: { id-token: write }, steps: [{ run: "true" }] } }
`,
  '.github/workflows/too-much.yml': caller('{ contents: read }'),
  '.github/workflows/enough.yml': caller('{ id-token: write }'),
  '.github/workflows/missing.yml': caller('{}', 'acme/nowhere/.github/workflows/x.yml@main'),
};

test.each([
  ['none.yml', { ref: 'main' }, 404, 'Not Found'],
  ['main.yml', {}, 422, '"ref" wasn\'t supplied.'],
  ['main.yml', { ref: 'nope' }, 422, 'No ref found for: nope'],
  ['main.yml', { ref: 'main' }, 422, "Required input 'run' not provided"],
  ['main.yml', { ref: 'main', inputs: { run: '1', x: '2' } }, 422, 'Unexpected inputs provided: ["x"]'],
  ['main.yml', { ref: 'main', inputs: { run: '1', mode: 'c' } }, 422, 'not in the list of allowed values'],
  ['bad.yml', { ref: 'main' }, 422, "Unrecognized named-value: 'nope'"],
  ['called.yml', { ref: 'main' }, 422, "Workflow does not have 'workflow_dispatch' trigger"],
  ['too-much.yml', { ref: 'main' }, 422, "'id-token: write', but is only allowed 'id-token: none'"],
  ['missing.yml', { ref: 'main' }, 422, 'workflow was not found'],
])('%s with %j is refused: %i', async (workflow, body, status, message) => {
  const kit = await startActions(files);
  const answer = await kit.request('POST', `/repos/acme/app/actions/workflows/${workflow}/dispatches`, body);
  expect(answer.status).toBe(status);
  expect(answer.json.message).toContain(message);
  expect(kit.actions.runs.size).toBe(0);
});

test('people without write are refused, and a plain dispatch answers 204', async () => {
  const kit = await startActions(files);
  const path = '/repos/acme/app/actions/workflows/enough.yml/dispatches';
  expect((await kit.request('POST', path, { ref: 'main' }, 'rita')).status).toBe(403);
  expect((await kit.request('POST', path, { ref: 'main' })).status).toBe(204);
  await kit.actions.idle();
  expect([...kit.actions.runs.values()].map((run) => run.row.conclusion)).toEqual(['success']);
});

test('a dispatch by the App has its bot as actor', async () => {
  const kit = await startActions(files);
  const token = kit.world.grantToken({
    installationId: APP.installationId,
    appId: APP.id,
    accountId: kit.world.repo('acme/app')?.owner_id ?? 0,
    accountType: 'Organization',
    permissions: { actions: 'write' },
    repositoryIds: [],
    repositorySelection: 'all',
  });
  const path = '/repos/acme/app/actions/workflows/enough.yml/dispatches';
  expect((await kit.request('POST', path, { ref: 'main' }, token)).status).toBe(204);
  await kit.actions.idle();
  const [run] = kit.actions.runs.values();
  expect(run?.row.actor).toMatchObject({ login: 'gantry[bot]', type: 'Bot' });
});

test('a re-run is the same run, one attempt later', async () => {
  const kit = await startActions(files);
  const run = await kit.dispatch('main.yml', { run: '1' });
  await kit.actions.idle();
  const base = `/repos/acme/app/actions/runs/${run.row.id}`;
  expect((await kit.request('POST', `${base}/rerun`, {}, 'will')).status).toBe(201);
  await kit.actions.idle();
  const { json } = await kit.request('GET', base);
  expect(json).toMatchObject({
    run_attempt: 2,
    conclusion: 'success',
    actor: { login: 'mona' },
    triggering_actor: { login: 'will' },
  });
  expect(run.jobs.map((job) => job.log.text().trim())).toEqual(['attempt 1', 'attempt 2']);
  expect((await kit.request('GET', `${base}/jobs`)).json.total_count).toBe(1);
  expect((await kit.request('GET', `${base}/jobs?filter=all`)).json.total_count).toBe(2);
});
