// What goes astray between run rows and GitHub's workflow runs while no webhook tells: the supervisor finds it.
import { expect, test } from 'vitest';
import { until } from '../scene/until.ts';
import type { WorldRequest } from '../world/contract.ts';
import { type Dialogue, dialogue } from './dialogue.ts';
import { runsOf } from './runs-of.ts';
import { slowAgent } from './slow-agent.ts';

const dispatches = ({ method, path }: WorldRequest) => method === 'POST' && path.endsWith('/dispatches');
/** As if three minutes had passed since it was asked for. */
const older = ({ app }: Dialogue) =>
  app.journal.db
    .updateTable('run')
    .set({ created_at: new Date(Date.now() - 180_000) })
    .execute();
const silence = ({ world }: Dialogue) =>
  void world.webhooks.rules.push({ match: ({ event }) => event === 'workflow_run', do: 'drop' });
const types = async ({ app }: Dialogue) =>
  (await app.journal.db.selectFrom('fact').select('type').orderBy('id').execute()).map(({ type }) => type);

test('a dispatch that GitHub accepted and forgot is sent again, once, as the same run', async () => {
  const agent = slowAgent('plan');
  const scene = await dialogue({ script: agent.script });
  const { ask, app, world, stage } = scene;
  // Accepted without an answer in it, and nothing was started.
  world.faults.add({ match: dispatches, do: 'stale', json: '' });
  const issue = await ask();
  await until('the answer to be on record', async () => (await types(scene)).includes('RunDispatched'));
  await app.loop.supervise();
  expect(await types(scene)).not.toContain('RunUnseen');
  expect(world.actions.runs.size).toBe(0);

  await older(scene);
  await app.loop.supervise();
  await agent.asked('plan');
  expect(world.actions.runs.size).toBe(1);
  await older(scene);
  await app.loop.supervise();
  await app.loop.supervise();
  expect((await types(scene)).filter((type) => type === 'RunUnseen')).toHaveLength(1);
  expect(world.actions.runs.size).toBe(1);
  const { runs } = await stage(issue, 'planning');
  expect(runs).toHaveLength(1);
});

test('a workflow run that ended before anybody took its run is found without a webhook', async () => {
  const scene = await dialogue();
  const { ask, app, world, stage, will, repo, said } = scene;
  silence(scene);
  // The runner never gets so far as to claim.
  world.actions.runnerEnvironment.GANTRY_DEPENDENCIES = '/nowhere';
  const issue = await ask();
  const run = await until('the workflow run', () => [...world.actions.runs.values()][0]);
  await until('its number to be on record', async () => (await types(scene)).includes('RunDispatched'));
  await will.request('POST', `/repos/${repo}/actions/runs/${run.row.id}/cancel`);
  await until('its end', () => run.row.status === 'completed');
  expect((await scene.ticket(issue)).stage.name).toBe('planning');

  await app.loop.supervise();
  const { stage: stopped } = await stage(issue, 'blocked');
  expect(stopped).toMatchObject({ resume: 'plan' });
  await until('the comment', async () => (await said(issue)).join().includes('/retry'));
  const row = await until('the lease to end', () =>
    app.journal.db.selectFrom('run').select(['state', 'token']).where('state', '<>', 'queued').executeTakeFirst(),
  );
  expect(row).toEqual({ state: 'canceled', token: null });
});

test('a runner that died, and a workflow run that nobody waits for', async () => {
  const agent = slowAgent('plan');
  const scene = await dialogue({ script: agent.script });
  const { ask, app, world, stage, will, repo } = scene;
  silence(scene);
  const issue = await ask();
  await agent.asked('plan');
  const [own] = [...world.actions.runs.values()];
  const id = `${world.repo(repo)?.id}-${issue}-9`;
  await will.request('POST', `/repos/${repo}/actions/workflows/gantry.yml/dispatches`, {
    ref: 'main',
    inputs: { run: id, stage: 'plan' },
  });
  const stray = await until('the stray', () => [...world.actions.runs.values()][1]);
  await app.loop.supervise();
  await until('the stray to be stopped', () => stray.row.status === 'completed');
  expect(
    await until('the request', () => world.requests.find(({ path }) => path.endsWith(`${stray.row.id}/cancel`))),
  ).toMatchObject({ status: 202 });
  expect(runsOf(scene.world)[0]).toBe('plan in_progress');
  expect((await scene.ticket(issue)).stage.name).toBe('planning');

  for (const pid of own?.jobs.at(-1)?.groups.pids ?? []) process.kill(-pid, 'SIGKILL');
  await until('its end', () => own?.row.status === 'completed');
  await app.loop.supervise();
  const { stage: waits } = await stage(issue, 'retrying');
  expect(waits).toMatchObject({ resume: 'plan', n: 1, of: 3 });
  const lists = world.requests.filter(({ route }) => route.endsWith('/actions/workflows/{workflow_id}/runs'));
  expect(lists.length, 'one list a round, and one at each dispatch that is unclear').toBeLessThanOrEqual(3);
});
