// GitHub answers late, wrongly or not at all, and Gantry itself is killed: nothing happens twice and nothing is left undone.
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../scene/until.ts';
import type { WorldRequest } from '../world/contract.ts';
import { startPostgres } from '../world/postgres.ts';
import { type Dialogue, dialogue } from './dialogue.ts';
import { walkMainJob } from './main-job.ts';
import { runsOf } from './runs-of.ts';
import { instead, type Separate } from './separate.ts';
import { undisturbed } from './undisturbed.ts';

const to = (method: string, tail: RegExp) => (request: WorldRequest) =>
  request.method === method && tail.test(request.path);
const pulls = to('POST', /\/pulls$/);
const comments = to('POST', /\/issues\/\d+\/comments$/);
const dispatches = to('POST', /\/dispatches$/);
const checkRuns = to('POST', /\/check-runs$/);
const reactions = to('POST', /\/reactions$/);
const merge = to('PUT', /\/merge$/);

test('writes that are applied and answered with a failure happen once', async () => {
  const scene = await dialogue({ fake: true });
  const { faults } = scene.world;
  faults.add(
    { match: pulls, do: 'fail-after', status: 502 },
    { match: comments, do: 'fail-after', status: 500, times: 2 },
    { match: dispatches, do: 'fail-after', status: 502, times: 3 },
    { match: checkRuns, do: 'fail-after', status: 502, times: 2 },
    { match: reactions, do: 'fail-after', status: 502 },
    { match: merge, do: 'fail-after', status: 502 },
  );
  const { ending } = await walkMainJob(scene);
  expect(faults.list.filter(({ times }) => times !== 0)).toEqual([]);
  expect(ending).toEqual(undisturbed);
  expect(await scene.mona.pulls(scene.repo, 'all')).toHaveLength(1);
  expect(scene.world.actions.runs.size).toBe(3);
});

test('limits, broken connections and lists that lag behind change nothing but the time it takes', async () => {
  const scene = await dialogue({ fake: true });
  const { world } = scene;
  world.faults.add(
    { match: checkRuns, do: 'secondary', seconds: 2, times: 2 },
    { match: to('GET', /\/issues\/\d+$/), do: 'too-many', seconds: 1 },
    { match: to('GET', /\/collaborators\/[^/]+\/permission$/), do: 'reset-before', times: 2 },
    { match: to('PATCH', /\/check-runs\/\d+$/), do: 'reset-after', times: 2 },
    { match: to('PATCH', /\/issues\/comments\/\d+$/), do: 'reset-before' },
    { match: merge, do: 'reset-before' },
    // Applied, but neither the answer nor the list says so.
    { match: comments, do: 'reset-after', times: 2 },
    { match: to('GET', /\/issues\/\d+\/comments$/), do: 'stale', times: 2 },
    { match: pulls, do: 'reset-after' },
    { match: to('GET', /\/pulls$/), do: 'stale' },
    { match: dispatches, do: 'reset-after' },
    { match: to('GET', /\/workflows\/[^/]+\/runs$/), do: 'stale', json: { total_count: 0, workflow_runs: [] } },
  );
  const { ending } = await walkMainJob(scene);
  // A runner that claims before the dispatch is tried again spares the look at the list of workflow runs.
  expect(world.faults.list.filter(({ times, json }) => times !== 0 && json === undefined)).toEqual([]);
  expect(ending).toEqual(undisturbed);
  expect(await scene.mona.pulls(scene.repo, 'all')).toHaveLength(1);
  // The second workflow run for one run found nothing to do.
  const conclusions = [...world.actions.runs.values()].map(({ row }) => row.conclusion).sort();
  expect(conclusions.filter((one) => one === 'success')).toHaveLength(3);
  expect(conclusions.filter((one) => one !== 'success').length).toBeLessThanOrEqual(1);
});

/** Each life begins with jobs whose worker has not been heard of for ten seconds. */
const patience = 600_000;

test('killed and started again on PGlite', { timeout: patience }, () => killedOn(async () => undefined));

test('killed and started again on Postgres', { timeout: patience }, async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  await killedOn(() => server.fresh());
});

/** Killed while an agent works, while it waits for an approval, with one in its hands, and while it merges. */
async function killedOn(url: () => Promise<string | undefined>): Promise<void> {
  const scene = await dialogue({ fake: true });
  const gantry = await instead(scene, await url());
  await walkKilled(scene, gantry).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${JSON.stringify(runsOf(scene.world))}\n${gantry.problems()}`, { cause: error });
  });
}

async function walkKilled(scene: Dialogue, gantry: Separate): Promise<void> {
  const { ask, plan, will, mona, repo, world, checks, stickies, said, reactions: reactionsOf } = scene;
  await gantry.start();

  const issue = await ask();
  await until('the plan run', () => [...world.actions.runs.values()].some(({ row }) => row.status === 'in_progress'));
  await gantry.kill();
  await gantry.start();
  const { pull, line } = await plan(issue);
  // SF-018: while it waits for a person; nothing of the wait is in the process.
  await gantry.kill();
  await gantry.start();
  const approval = await will.comment(repo, pull.number, line);
  await gantry.kill();
  await gantry.start();
  const head = await until(
    'the implementation',
    async () => {
      const { sha } = (await will.pull(repo, pull.number)).head;
      return sha !== pull.head.sha && (await checks(sha))['harness/gate'] === 'action_required' && sha;
    },
    200,
  );
  await will.review(repo, pull.number, 'APPROVE');
  await until('the gate to move', async () => (await checks(head))['harness/gate'] !== 'action_required', 200);
  await gantry.kill();
  await gantry.start();
  await until('the merge', async () => (await will.pull(repo, pull.number)).merged === true, 200);
  await until(
    'the last words',
    async () => {
      const [comment] = await stickies(pull.number);
      return comment?.body.includes('Nothing is left to do.') && (await mona.issue(repo, issue)).state === 'closed';
    },
    200,
  );
  expect(await stickies(pull.number)).toHaveLength(1);
  expect(await said(pull.number)).toEqual([]);
  expect(await said(issue)).toHaveLength(1);
  expect(await checks(head)).toEqual(undisturbed.checks);
  expect(await reactionsOf(approval.id)).toEqual(['eyes', 'rocket']);
  expect(await mona.pulls(repo, 'all')).toHaveLength(1);
  const main = await world.git(repo, ['log', '--format=%s', 'main']);
  expect(main.trim().split('\n')).toHaveLength(2);
}
