// The push of a plan on the local GitHub, whose rule about workflow files is GitHub's: refused for a stale base, rebased once.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandOf } from '../../../src/decide/command.ts';
import { pushTree } from '../../../src/effects/push-tree.ts';
import { delivered } from '../../faults/fragments/writes.ts';
import { bundleOf, fullName, givenTicket } from '../../faults/given.ts';
import { openStage, type Stage } from '../../faults/stage.ts';
import { planFiles } from '../../faults/target-repository.ts';
import { freshPglite } from '../../world/pglite.ts';

const workflow = '.github/workflows/ci.yml';
const branch = (name: string) => `refs/heads/${name}`;
let stage: Stage;

beforeAll(async () => {
  stage = await openStage(await freshPglite());
});
afterAll(() => stage.close());

/** A plan was made and inspected; then people change the base. */
async function planned(onMain: Record<string, string>) {
  const repository = await stage.ownRepository();
  const full = fullName(repository);
  const ticket = await givenTicket(stage, { repository });
  const bundle = await bundleOf(stage, repository, planFiles());
  await delivered(stage, ticket, bundle);
  const will = stage.world.person('will');
  const present = await will.push(full, 'main', onMain, { message: 'The base goes on' });
  const run = `${repository.id}-${ticket.issue}-1`;
  const command: CommandOf<'PushTree'> = {
    ...{ type: 'PushTree', run, stage: 'plan', issue: ticket.issue, title: 'Add a bulk discount', madeBy: run },
    ...{ tree: bundle.tree, start: bundle.start, base: 'main', branch: ticket.branch },
    ...{ allowWorkflows: true, push: 'after-verify' },
  };
  const call = {
    ...{ command, key: `${ticket.streams.ticket}#1/0`, stream: ticket.streams.ticket, repository },
    signal: new AbortController().signal,
  };
  const git = (...args: string[]) => stage.world.git(full, args).then((text) => text.trim());
  return { call, git, present, start: bundle.start, branch: branch(ticket.branch), will, full };
}

test('a plan that is refused for its stale base is put on the present one, once, and found again', async () => {
  const { call, git, present, start, branch: ref } = await planned({ [workflow]: 'on: push\n' });
  const pushed = await pushTree.execute(call, stage.ports);
  const sha = await git('rev-parse', ref);
  expect(pushed).toMatchObject({ type: 'TreePushed', sha, onto: present, plan: { commit: sha, baseRef: 'main' } });
  expect(await git('rev-parse', `${ref}^`)).toBe(present);
  expect((await git('diff', '--name-only', present, ref)).split('\n')).toEqual(Object.keys(planFiles()).sort());
  expect(start).not.toBe(present);
  // The answer was lost, and another replica tries again after the base has moved on.
  await stage.world.person('will').push(fullName(call.repository), 'main', { 'more.txt': 'x' }, { message: 'More' });
  expect(await pushTree.execute(call, stage.otherReplica())).toMatchObject({ type: 'TreePushed', sha, onto: present });
});

test('a base that moved elsewhere asks for no rebase', async () => {
  const { call, git, start, branch: ref } = await planned({ 'more.txt': 'x' });
  const pushed = await pushTree.execute(call, stage.ports);
  expect(pushed).toMatchObject({ type: 'TreePushed' });
  expect(pushed).not.toHaveProperty('onto');
  expect(await git('rev-parse', `${ref}^`)).toBe(start);
});

test('where the base changed the same file, it is refused with its name and nothing is pushed', async () => {
  const [path = ''] = Object.keys(planFiles());
  const { call, git, branch: ref } = await planned({ [workflow]: 'on: push\n', [path]: 'Of the base.\n' });
  expect(await pushTree.execute(call, stage.ports)).toEqual({
    type: 'BundleRefused',
    run: call.command.run,
    why: { id: 'push-conflict', data: { paths: path } },
  });
  expect(await git('for-each-ref', ref)).toBe('');
});

test('a refusal that the present base does not cure is told as GitHub said it', async () => {
  const { call } = await planned({ 'more.txt': 'x' });
  const admin = stage.world.person('root-admin');
  await admin.request('POST', `/repos/${fullName(call.repository)}/rulesets`, {
    ...{ name: 'all', enforcement: 'active', conditions: { ref_name: { include: ['~ALL'] } } },
    rules: [{ type: 'pull_request', parameters: { required_approving_review_count: 1 } }],
  });
  expect(await pushTree.execute(call, stage.ports)).toMatchObject({
    type: 'BundleRefused',
    why: { id: 'push-refused', data: { detail: expect.stringContaining('GH013') } },
  });
});

test('somebody else’s branch of that name is not touched', async () => {
  const { call, git, branch: ref, will, full } = await planned({ [workflow]: 'on: push\n' });
  const theirs = await will.push(full, call.command.branch, { 'theirs.txt': 'x' }, { message: 'Theirs' });
  expect(await pushTree.execute(call, stage.ports)).toMatchObject({
    type: 'BundleRefused',
    why: { id: 'branch-moved' },
  });
  expect(await git('rev-parse', ref)).toBe(theirs);
});
