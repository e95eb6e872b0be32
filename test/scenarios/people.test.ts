// What people do with pull requests: their own, Gantry's, and buttons that only they may press.
import { expect, test } from 'vitest';
import { until } from '../scene/until.ts';
import { dialogue } from './dialogue.ts';
import { runsOf } from './runs-of.ts';

test('a pull request by a person, or from a fork, gets a governance gate and starts no runner', async () => {
  const { checks, gate, answered, said, stickies, quiet, world, repo, mona, sam, will } = await dialogue();
  const tidy = await mona.push(repo, 'tidy', { 'README.md': '# Rates\n\nTidied.\n' });
  const own = await mona.openPull(repo, { title: 'Tidy the readme', head: 'tidy' });
  const fork = await sam.fork(repo);
  const foreign = await sam.push(fork, 'fix', { 'src/format.js': '// mine\n' });
  const theirs = await sam.openPull(repo, { title: 'Fix the format', head: 'sam:fix' });
  const guarded = await mona.push(repo, 'guarded', { 'scripts/lint.js': 'process.exit(0);\n' });
  await mona.openPull(repo, { title: 'No more lint', head: 'guarded' });
  const policy = await mona.push(repo, 'policy', {
    '.github/harness.yml': 'version: 1\nlayers:\n  unit:\n    run: node --test\nprotect: []\n',
  });
  await mona.openPull(repo, { title: 'Change the policy', head: 'policy' });
  await quiet();

  for (const sha of [tidy, foreign])
    expect(await checks(sha)).toEqual({ 'harness/governance': 'success', 'harness/gate': 'success' });
  expect((await gate(foreign))?.app?.id).toBe(world.app.id);
  expect(await checks(policy)).toEqual({ 'harness/governance': 'failure', 'harness/gate': 'failure' });
  const judged = (await mona.checks(repo, policy)).find(({ name }) => name === 'harness/governance');
  const { json } = await mona.request('GET', `/repos/${repo}/check-runs/${judged?.id}/annotations`);
  const problem = {
    path: '.github/harness.yml',
    start_line: 5,
    annotation_level: 'failure',
    message: expect.stringContaining('protected'),
  };
  // GitHub answers with the list alone; the local world wraps it.
  expect(json).toMatchObject({ total_count: 1, check_annotations: [problem] });
  expect((await gate(policy))?.output.title).toContain('policy-file');
  // People may change what is protected from agents.
  expect(await checks(guarded)).toMatchObject({ 'harness/gate': 'success' });

  const retry = await will.comment(repo, own.number, '/retry');
  expect(await answered(own.number, retry.id)).toContain('Gantry did not make this pull request');
  const approve = await will.comment(repo, theirs.number, '/approve-plan');
  expect(await answered(theirs.number, approve.id)).toContain('Gantry did not make this pull request');
  await quiet();
  expect(await said(own.number)).toHaveLength(1);
  expect([...(await stickies(own.number)), ...(await stickies(theirs.number))]).toEqual([]);
  expect(runsOf(world)).toEqual([]);
});

test('a second pull request with the same head and a lax base keeps the gate red for both', async () => {
  const { ask, plan, stage, gate, sticky, quiet, world, repo, mona, will } = await dialogue();
  await mona.push(repo, 'lax', { '.github/harness.yml': 'version: 1\n' });
  const issue = await ask();
  const { pull, line } = await plan(issue);
  await will.comment(repo, pull.number, line);
  const { head = '' } = await stage(issue, 'in_review');
  const forged = await mona.openPull(repo, { title: 'The same', head: pull.head.ref, base: 'lax' });
  await until('the gate to be red', async () => (await gate(head))?.conclusion === 'failure');
  expect((await gate(head))?.output.title).toContain('`lax` is not governed'.replaceAll('`', ''));

  await will.review(repo, pull.number, 'APPROVE');
  await quiet();
  expect(await gate(head)).toMatchObject({ conclusion: 'failure' });
  expect(await will.pull(repo, pull.number)).toMatchObject({ merged: false, state: 'open' });
  expect(await sticky(pull.number)).toContain(`#${forged.number}`);

  expect(await sticky(pull.number)).toContain('`/retry`');

  await mona.editPull(repo, forged.number, { state: 'closed' });
  await will.comment(repo, pull.number, '/retry');
  await stage(issue, 'merged');
  await quiet();
  expect(await will.pull(repo, pull.number)).toMatchObject({ merged: true });
  expect(await gate(head)).toMatchObject({ conclusion: 'success' });
  expect(runsOf(world)).toEqual(['plan success', 'implement success', 'verify success', 'verify success']);
});

test('what a person pushed to the branch is verified in a box and reviewed by somebody else before it merges', async () => {
  const { ask, plan, stage, gate, checks, ticket, quiet, world, repo, mona, will, root } = await dialogue();
  const issue = await ask();
  const { pull, line } = await plan(issue);
  await will.comment(repo, pull.number, line);
  const { head: ours = '' } = await stage(issue, 'in_review');
  const source = await root.readFile(repo, 'src/shipment.js', pull.head.ref);
  const head = await root.putFile(repo, 'src/shipment.js', `${source}\n// A word of mine.\n`, {
    branch: pull.head.ref,
  });
  await until('the new head to be verified', async () => (await ticket(issue)).layers?.sha === head);
  await stage(issue, 'in_review');
  await quiet();

  expect(await checks(head)).toMatchObject({
    'harness/static': 'success',
    'harness/unit': 'success',
    'harness/integration': 'success',
    'harness/smoke': 'success',
    'harness/governance': 'success',
    'harness/gate': 'action_required',
  });
  expect((await gate(head))?.output.title).toContain('Waiting for a review of what people pushed');
  await root.review(repo, pull.number, 'APPROVE');
  await mona.review(repo, pull.number, 'APPROVE');
  await will.request('POST', `/repos/${repo}/pulls/${pull.number}/reviews`, { event: 'APPROVE', commit_id: ours });
  await quiet();
  expect(await gate(head)).toMatchObject({ conclusion: 'action_required' });
  expect((await will.pull(repo, pull.number)).merged).toBe(false);

  await will.review(repo, pull.number, 'APPROVE');
  await stage(issue, 'merged');
  await quiet();
  expect(await will.pull(repo, pull.number)).toMatchObject({ merged: true });
  expect(runsOf(world)).toEqual(['plan success', 'implement success', 'verify success', 'verify success']);
});

test('where Gantry may not take a pull request out of draft, it asks a person and merges afterwards', async () => {
  const { ask, plan, stage, gate, sticky, quiet, world, repo, will } = await dialogue();
  world.refuseUndraft = true;
  const issue = await ask();
  const { pull, line } = await plan(issue);
  await will.comment(repo, pull.number, line);
  const { head = '' } = await stage(issue, 'in_review');
  await will.review(repo, pull.number, 'APPROVE');
  await until('the comment to ask', async () => (await sticky(pull.number)).includes('press “Ready for review”'));
  await quiet();
  expect(await gate(head)).toMatchObject({ conclusion: 'action_required' });
  expect(await will.pull(repo, pull.number)).toMatchObject({ draft: true, merged: false });

  const { errors } = await will.graphql(
    'mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } } }',
    { id: pull.node_id },
  );
  expect(errors).toBeUndefined();
  await stage(issue, 'merged');
  await quiet();
  expect(await will.pull(repo, pull.number)).toMatchObject({ merged: true });
});
