// Two replicas on one Postgres: one is asked to stop in the middle of its work, one is killed, and the end is as if neither was.
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../scene/until.ts';
import type { WorldRequest } from '../world/contract.ts';
import { startPostgres } from '../world/postgres.ts';
import { dialogue } from './dialogue.ts';
import { replicasOf } from './replica.ts';

const to = (method: string, tail: RegExp) => (request: WorldRequest) =>
  request.method === method && tail.test(request.path);

test('a replica that is stopped while it works puts its work back or ends it; one that is killed leaves nothing undone', async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const scene = await dialogue();
  const { ask, plan, will, mona, repo, world, checks, stickies, said, reactions } = scene;
  const [one, two] = await replicasOf(scene, await server.fresh(), 2);
  if (!one || !two) throw new Error('a replica is missing');
  await Promise.all([one.start(), two.start()]);

  // The pull request is being opened when the first replica is asked to stop.
  world.faults.add({ match: to('POST', /\/pulls$/), do: 'latency', ms: 2_000 });
  const issue = await ask();
  await until('the pull request to be asked for', () => world.faults.applied.length === 1);
  expect(await one.end('SIGTERM')).toBe(0);
  await one.start();
  const { pull, line } = await plan(issue);

  // The implementation is being dispatched when the second one is killed.
  world.faults.add({ match: to('POST', /\/dispatches$/), do: 'latency', ms: 1_000 });
  const approval = await will.comment(repo, pull.number, line);
  await until('the run to be dispatched', () => world.faults.applied.length === 2);
  await two.end('SIGKILL');
  await two.start();
  const head = await until('the implementation', async () => {
    const { sha } = (await will.pull(repo, pull.number)).head;
    return sha !== pull.head.sha && (await checks(sha))['harness/gate'] === 'action_required' && sha;
  });
  await will.review(repo, pull.number, 'APPROVE');
  await until('the merge', async () => (await will.pull(repo, pull.number)).merged === true);
  await until('the last words', async () => {
    const [comment] = await stickies(pull.number);
    return comment?.body.includes('Nothing is left to do.') && (await mona.issue(repo, issue)).state === 'closed';
  });
  expect(await stickies(pull.number)).toHaveLength(1);
  expect(await said(pull.number)).toEqual([]);
  expect(await said(issue)).toHaveLength(1);
  expect(Object.values(await checks(head))).toEqual(Array(6).fill('success'));
  expect(await reactions(approval.id)).toEqual(['eyes', 'rocket']);
  expect(await mona.pulls(repo, 'all')).toHaveLength(1);

  // Both have the rounds, and the log is asked for as often as one of them alone would.
  const asked = () => world.requests.filter(({ route }) => route === 'GET /app/hook/deliveries').length;
  const from = { at: Date.now(), asked: asked() };
  await until('some rounds', () => asked() - from.asked >= 6);
  const rounds = asked() - from.asked;
  const seconds = (Date.now() - from.at) / 1_000;
  expect(seconds).toBeGreaterThan((rounds - 2) * 1.6);
  expect(await Promise.all([one.end('SIGTERM'), two.end('SIGTERM')])).toEqual([0, 0]);
});
