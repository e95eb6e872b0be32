import { expect, test } from 'vitest';
import { asInstallation, listenTo, openWorld } from './world-kit.ts';

const REPO = 'acme/app';
const READY = `mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`;

test('un-drafting works by GraphQL only, and is refused to the App where the world says so', async () => {
  const world = await openWorld();
  const { heard } = await listenTo(world);
  const { ask } = await asInstallation(world);
  const mona = world.person('mona');
  await mona.push(REPO, 'work', { 'a.txt': 'one\n' });
  const pull = await mona.openPull(REPO, { title: 'Work', head: 'work', draft: true });
  expect(pull).toMatchObject({ draft: true, mergeable_state: 'draft' });
  expect((await mona.request('PUT', `/repos/${REPO}/pulls/1/merge`, {})).status).toBe(405);
  await mona.editPull(REPO, 1, { draft: false });
  expect((await mona.pull(REPO, 1)).draft).toBe(true);

  const ready = () => ask('POST', '/graphql', { query: READY, variables: { id: pull.node_id } });
  world.refuseUndraft = true;
  expect((await ready()).json).toMatchObject({
    errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }],
  });
  world.refuseUndraft = false;
  expect((await ready()).json).toEqual({
    data: { markPullRequestReadyForReview: { pullRequest: { isDraft: false } } },
  });
  await world.settle();
  expect(heard.at(-1)?.name).toBe('pull_request.ready_for_review');
  expect(heard.at(-1)?.payload.pull_request).toMatchObject({ draft: false });
  const unknown = await mona.graphql('{ nothing }');
  expect(unknown.errors?.[0]?.message).toContain('Cannot query field "nothing"');
});

test('auto-merge waits for the check; a merged pull request is reverted by another', async () => {
  const world = await openWorld();
  const mona = world.person('mona');
  await world.person('root-admin').protect(REPO, 'main', { checks: ['harness/gate'] });
  const sha = await mona.push(REPO, 'work', { 'a.txt': 'one\n' });
  const pull = await mona.openPull(REPO, { title: 'Work', head: 'work' });
  const input = `input: { pullRequestId: "${pull.node_id}"`;
  await mona.graphql(`mutation { enablePullRequestAutoMerge(${input}, mergeMethod: SQUASH }) { pullRequest { id } } }`);
  const { ask } = await asInstallation(world);
  await ask('POST', `/repos/${REPO}/check-runs`, { name: 'harness/gate', head_sha: sha, conclusion: 'success' });
  await world.settle();
  expect(await mona.pull(REPO, 1)).toMatchObject({ merged: true });

  const query = `mutation { revertPullRequest(${input} }) { revertPullRequest { number title } } }`;
  const { data } = await mona.graphql<{ revertPullRequest: { revertPullRequest: { number: number } } }>(query);
  const revert = data?.revertPullRequest.revertPullRequest.number ?? 0;
  expect(await mona.pull(REPO, revert)).toMatchObject({ title: 'Revert "Work"', deletions: 1 });
});
