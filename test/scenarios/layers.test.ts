// What an agent did is judged by the repository's own layers, on a tree that has no ref yet; only what passes is pushed.
import { expect, test } from 'vitest';
import type { Work } from '../scene/scripted-agent.ts';
import { type Dialogue, dialogue } from './dialogue.ts';

const shipment = 'src/shipment.js';
/** Put together at run time, so that no scanner takes this file for a leak. */
const token = `ghs_${'a1B2c3D4e5F6'.repeat(3)}`;

/** The fixture's own work, but the discount is half of what was asked for. */
function spoil(work: Work): () => void {
  const right = work.implement[shipment] ?? '';
  work.implement[shipment] = right.replace('bulkPercent = 10', 'bulkPercent = 5');
  return () => {
    work.implement[shipment] = right;
  };
}

async function approved(scene: Dialogue): Promise<{ issue: number; pull: number; planned: string }> {
  const issue = await scene.ask();
  const { pull, line } = await scene.plan(issue);
  await scene.will.comment(scene.repo, pull.number, line);
  return { issue, pull: pull.number, planned: pull.head.sha };
}

test('a failing layer pushes nothing, says which test failed, and tells the agent on /retry', async () => {
  const scene = await dialogue();
  const { stage, quiet, checks, mona, will, repo, sticky, model, work, said, reactions } = scene;
  const correct = spoil(work);
  const { issue, pull, planned } = await approved(scene);
  await stage(issue, 'blocked');
  await quiet();

  expect((await will.pull(repo, pull)).head.sha).toBe(planned);
  expect(await checks(planned)).toMatchObject({
    'harness/static': 'success',
    'harness/unit': 'failure',
    'harness/gate': 'action_required',
  });
  const unit = (await mona.checks(repo, planned)).find(({ name }) => name === 'harness/unit');
  expect(unit?.output.summary).toContain('bulk discount > takes 10 percent off each parcel from the tenth parcel on');
  expect(await sticky(pull)).toContain('/retry');
  expect(labelsOf(await mona.issue(repo, issue))).toEqual(['ai-blocked', 'ai-ready']);
  expect(await said(pull)).toEqual([]);

  correct();
  const retry = await will.comment(repo, pull, '/retry');
  const { head = '' } = await stage(issue, 'in_review');
  await quiet();
  expect(head).not.toBe(planned);
  expect(await checks(head)).toMatchObject({ 'harness/unit': 'success', 'harness/gate': 'action_required' });
  expect(await reactions(retry.id)).toEqual(['eyes', 'rocket']);
  expect(labelsOf(await mona.issue(repo, issue))).toEqual(['ai-ready']);
  const prompts = model.log.map(({ view }) => view?.prompt ?? '').filter((text) => text.includes('You implement one'));
  expect(prompts[0]).not.toContain('takes 10 percent off each parcel from the tenth parcel on failed');
  expect(prompts.at(-1)).toContain('The command ended with 1');
  expect(prompts.at(-1)).toMatch(/failed: bulk discount > takes 10 percent off each parcel from the tenth parcel on/);
});

test('what a failing layer stopped can be finished by a person, and is verified at their commit', async () => {
  const scene = await dialogue();
  const { stage, quiet, checks, will, root, repo, work, ticket, sticky } = scene;
  const correct = spoil(work);
  const { issue, pull } = await approved(scene);
  await stage(issue, 'blocked');
  correct();
  const branch = (await will.pull(repo, pull)).head.ref;
  const sha = await will.push(repo, branch, work.implement);
  const { head } = await stage(issue, 'in_review');
  await quiet();

  expect(head).toBe(sha);
  expect((await ticket(issue)).runs.at(-1)).toMatchObject({ stage: 'verify', outcome: { kind: 'delivered' } });
  expect(await checks(sha)).toMatchObject({ 'harness/unit': 'success', 'harness/gate': 'action_required' });
  // Whoever pushed cannot be who reviews.
  await will.review(repo, pull, 'APPROVE');
  await quiet();
  expect((await will.pull(repo, pull)).merged).toBe(false);
  expect(await sticky(pull)).toContain('Waiting for a review of what people pushed');
  await root.review(repo, pull, 'APPROVE');
  await stage(issue, 'merged');
});

test('work outside what was approved is refused with the reason, one attempt after the other, until it is right', async () => {
  const scene = await dialogue();
  const { stage, quiet, will, repo, work, sticky, ticket, checks } = scene;
  const right = { ...work.implement };
  const attempts: [string, Record<string, string>, RegExp][] = [
    [
      'test/unit/shipment.test.js',
      { 'test/unit/shipment.test.js': "import 'node:test';\n" },
      /outside the approved scope/,
    ],
    ['package.json', { 'package.json': '{ "type": "module", "scripts": { "test": "true" } }\n' }, /protected files/],
    ['.github/workflows/pwn.yml', { '.github/workflows/pwn.yml': 'on: push\njobs: {}\n' }, /protected files/],
    ['src/format.js', { 'src/format.js': 'export const format = () => "";\n' }, /outside the approved scope/],
    [shipment, { [shipment]: `const key = '${token}';\n${right[shipment]}` }, /credential/],
  ];
  const [first, ...others] = attempts;
  const attempt = (extra: Record<string, string> = {}) => {
    work.implement = { ...right, ...extra };
  };
  attempt(first?.[1]);
  const { issue, pull, planned } = await approved(scene);
  for (const [index, [path, , why]] of attempts.entries()) {
    const state = await stage(issue, 'blocked');
    expect(state.runs.filter((run) => run.stage === 'implement')).toHaveLength(index + 1);
    await quiet();
    const shown = await sticky(pull);
    expect(shown).toMatch(why);
    expect(shown).toContain(path);
    expect((await will.pull(repo, pull)).head.sha).toBe(planned);
    attempt(others[index]?.[1]);
    await will.comment(repo, pull, '/retry');
    await stage(issue, 'implementing', 'verifying', 'in_review');
  }
  const { head = '' } = await stage(issue, 'in_review');
  await quiet();
  expect(await checks(head)).toMatchObject({ 'harness/unit': 'success', 'harness/governance': 'success' });
  expect((await ticket(issue)).runs.filter((run) => run.stage === 'verify')).toHaveLength(1);
  expect(await world(scene, head)).not.toMatch(/ghs_|pwn/);
});

test('a layer that ran no test is no pass, and one that is not configured is skipped', async () => {
  const policy = `version: 1
agent: codex
layers:
  static:
    run: 'true'
  unit:
    run: mkdir -p reports && node --test --test-reporter=junit --test-reporter-destination=reports/unit.xml "nowhere/**"
    report: { format: junit, path: reports/unit.xml }
  integration:
    run: 'true'
    report: { format: junit, path: reports/none.xml }
push: after-verify
`;
  const scene = await dialogue({ files: { '.github/harness.yml': policy } });
  const { stage, quiet, mona, repo, will } = scene;
  const { issue, pull, planned } = await approved(scene);
  await stage(issue, 'blocked');
  await quiet();
  const shown = Object.fromEntries((await mona.checks(repo, planned)).map((check) => [check.name, check]));
  expect(shown['harness/static']?.conclusion).toBe('success');
  expect(shown['harness/unit']).toMatchObject({
    conclusion: 'failure',
    output: { title: expect.stringContaining('proved nothing') },
  });
  expect(shown['harness/integration']).toMatchObject({
    conclusion: 'failure',
    output: { title: expect.stringContaining('proved nothing') },
  });
  expect(shown['harness/smoke']).toMatchObject({ conclusion: 'skipped' });
  expect(shown['harness/smoke']?.output.summary).toContain('No smoke layer is configured');
  expect((await will.pull(repo, pull)).head.sha).toBe(planned);
});

test('without any layer nothing is merged', async () => {
  const policy = 'version: 1\nagent: codex\npush: after-verify\n';
  const scene = await dialogue({ files: { '.github/harness.yml': policy } });
  const { stage, quiet, gate, will, repo, sticky } = scene;
  const { issue, pull } = await approved(scene);
  const { head = '' } = await stage(issue, 'in_review');
  await will.review(repo, pull, 'APPROVE');
  await quiet();
  expect(await gate(head)).toMatchObject({
    conclusion: 'action_required',
    output: { title: 'No verification layer is configured' },
  });
  expect((await will.pull(repo, pull)).merged).toBe(false);
  expect(await sticky(pull)).toContain('.github/harness.yml');
});

const labelsOf = ({ labels }: { labels: { name: string }[] }) => labels.map(({ name }) => name).sort();

const world = (scene: Dialogue, sha: string) => scene.world.git(scene.repo, ['show', sha]);
