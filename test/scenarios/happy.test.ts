// The main job, from the label to the merge.
import { expect, test } from 'vitest';
import { committed } from '../../bench/committed.ts';
import { dialogue } from './dialogue.ts';

test('a labelled issue becomes a merged, verified pull request', async () => {
  const { ask, plan, will, repo, stage, checks, stickies, reactions, gate, quiet, world, mona } = await dialogue();
  const before = world.requests.length;
  const issue = await ask();
  const { pull, line } = await plan(issue);
  expect(pull).toMatchObject({ draft: true, user: { login: 'gantry[bot]' } });

  const approval = await will.comment(repo, pull.number, line);
  const { head } = await stage(issue, 'in_review');
  await will.review(repo, pull.number, 'APPROVE');
  const { stage: merged } = await stage(issue, 'merged');
  await quiet();

  expect(await will.pull(repo, pull.number)).toMatchObject({ merged: true });
  expect(merged).toMatchObject({ sha: (await will.pull(repo, pull.number)).merge_commit_sha });
  expect(await checks(head ?? '')).toEqual({
    'harness/static': 'success',
    'harness/unit': 'success',
    'harness/integration': 'success',
    'harness/smoke': 'success',
    'harness/governance': 'success',
    'harness/gate': 'success',
  });
  expect((await gate(head ?? ''))?.app?.id).toBe(world.app.id);
  expect(await stickies(pull.number)).toHaveLength(1);
  expect(await reactions(approval.id)).toEqual(['eyes', 'rocket']);
  expect((await mona.issue(repo, issue)).state).toBe('closed');
  expect((await mona.issue(repo, issue)).labels.map(({ name }) => name)).toEqual(['ai-ready']);
  const message = await world.git(repo, ['log', '-2', '--format=%B', head ?? '']);
  expect(message).toMatch(/^Gantry-Run: \d+-\d+-2$/m);
  expect(message).toMatch(new RegExp(`^Gantry-Ticket: #${issue}$`, 'm'));
  const asked = world.requests.slice(before).filter(({ mint }) => !mint);
  expect(asked.length).toBeLessThanOrEqual(committed.requests.total);
  expect(asked.filter(({ method }) => method !== 'GET').length).toBeLessThanOrEqual(committed.requests.contentWrites);
});
