// SP-7: a plan with four phases is four runs on one branch, each verified and pushed before the next, in one pull request.
import { expect, test } from 'vitest';
import type { Script } from '../model/script.ts';
import { fixtureWork, stageOf, type Work, writing } from '../scene/scripted-agent.ts';
import { until } from '../scene/until.ts';
import { type Dialogue, dialogue } from './dialogue.ts';
import { runsOf } from './runs-of.ts';

/** Nine and eleven runs, one after another. */
const timeout = 900_000;
const folder = 'openspec/changes/add-bulk-discount/';
const tasks = `## 1. Table

- [ ] 1.1 Write \`src/discount/table.js\`

## 2. Bound

- [ ] 2.1 Write \`src/discount/bound.js\`

## 3. Name

- [ ] 3.1 Write \`src/discount/name.js\`

## 4. Bulk discount

- [ ] 4.1 Write the tests of \`test/unit/bulk-discount.test.js\`, which fail
- [ ] 4.2 Take the discount off each parcel in \`src/shipment.js\`
`;

/** What the agent writes in each phase; the last one is the fixture's work. A scenario may break one for a while. */
type Phases = Record<string, string>[];

function phasedWork(): { work: Work; phases: Phases } {
  const { plan, implement } = fixtureWork();
  const [id] = Object.keys(plan).flatMap((name) => /^openspec\/changes\/([^/]+)\//.exec(name)?.[1] ?? []);
  const at = folder.replace('add-bulk-discount', id ?? '');
  const testPlan = JSON.parse(plan[`${at}test-plan.json`] ?? '{}');
  const scope = [...testPlan.scope, 'src/discount/*.js'];
  const phases = [
    { 'src/discount/table.js': 'export const table = [10];\n' },
    { 'src/discount/bound.js': "import { table } from './table.js';\n\nexport const bound = table[0];\n" },
    { 'src/discount/name.js': "export const name = 'bulk';\n" },
    implement,
  ];
  const files = { ...plan, [`${at}tasks.md`]: tasks, [`${at}test-plan.json`]: JSON.stringify({ ...testPlan, scope }) };
  return { work: { plan: files, implement }, phases };
}

const shell = (files: Record<string, string>) => ({ shell: Object.entries(files).map(writing).join('\n') });

async function phasedDialogue() {
  const { work, phases } = phasedWork();
  const prompts: string[] = [];
  const script: Script = ({ prompt, written, turn }) => {
    // A conversation that goes on has turns of an earlier run.
    if (turn > (written.at(-1)?.turn ?? 0)) return { say: 'Done.' };
    if (stageOf(prompt) === 'plan') return shell(work.plan);
    prompts.push(prompt);
    const n = Number(/You make phase (\d) and nothing/.exec(prompt)?.[1]);
    return shell(phases[n - 1] ?? {});
  };
  const scene = await dialogue({ fake: true, script });
  const issue = await scene.ask();
  const { pull, line } = await scene.plan(issue);
  const done = (n: number) =>
    until(`phase ${n} to be done`, async () => (await scene.ticket(issue)).phases?.done.length === n);
  return { scene, issue, pull, line, phases, prompts, done };
}

/** Subjects and phases of the commits on the branch since the base, oldest first. */
async function commitsOf({ world, repo }: Dialogue, head: string): Promise<string[]> {
  const format = '--format=%s|%(trailers:key=Gantry-Phase,valueonly,separator=)';
  const log = await world.git(repo, ['log', '--reverse', '--first-parent', format, `main..${head}`]);
  return log.trim().split('\n');
}

test('four phases are four implement runs and four commits on one branch, then one merge', { timeout }, async () => {
  const { scene, issue, pull, line, prompts, done } = await phasedDialogue();
  const { stage, will, mona, repo, world, sticky, checks, quiet, stickies, ticket } = scene;
  expect(await sticky(pull.number)).toContain('⚪ 1. Table (1 task) · ⚪ 2. Bound (1 task)');
  await will.comment(repo, pull.number, line);
  for (const n of [1, 2, 3, 4]) await done(n);
  const { head = '', phases } = await stage(issue, 'in_review');
  await quiet();

  const round = ['implement success', 'verify success'];
  expect(runsOf(world)).toEqual(['plan success', ...round, ...round, ...round, ...round]);
  const [planned, ...rest] = await commitsOf(scene, head);
  expect(planned).toMatch(/^Plan: .*\|$/);
  expect(rest.map((subject) => /\(phase (\d) of 4\)\|(.*)$/.exec(subject)?.slice(1))).toEqual(
    [1, 2, 3, 4].map((n) => [`${n}`, `${n}/4`]),
  );
  expect((await mona.pulls(repo)).map(({ number }) => number)).toEqual([pull.number]);

  // A phase's head has its layers, and is not judged by criteria that a later phase fulfils.
  const first = await checks(phases?.done[0]?.sha ?? '');
  expect(first).toMatchObject({ 'harness/unit': 'success', 'harness/static': 'success' });
  expect(first['harness/gate']).not.toBe('success');
  expect(first['harness/governance'] ?? 'in_progress').not.toBe('failure');

  const [one = '', , third = ''] = prompts;
  expect(prompts).toHaveLength(4);
  expect(one).toContain('nothing of the plan is built yet');
  expect(third).toContain('Phase 1, Table\nsrc/discount/table.js: added, 1 new lines');
  expect(third).toContain('src/discount/*.js: 2 files: src/discount/bound.js, src/discount/table.js');
  expect(third).toContain('src/discount/name.js: does not exist yet');
  expect(third.slice(third.indexOf('<<<TASKS'), third.indexOf('TASKS-1>>>'))).not.toContain('4.1');
  expect(third.slice(third.indexOf('<<<OTHER_TASKS'))).toContain('4.1 Write the tests');

  const shown = await sticky(pull.number);
  expect(shown).toContain('✅ 4. Bulk discount (2 tasks)');
  expect(shown).toContain('implement, phase 2 of 4: Bound');
  await will.review(repo, pull.number, 'APPROVE');
  await stage(issue, 'merged');
  await quiet();
  expect(await stickies(pull.number)).toHaveLength(1);
  expect(await checks(head)).toMatchObject({ 'harness/governance': 'success', 'harness/gate': 'success' });
  expect((await ticket(issue)).runs.filter(({ phase }) => phase?.n === 4).map(({ stage: of }) => of)).toEqual([
    'implement',
    'verify',
  ]);
});

test('a phase that fails keeps the commits before it, and /retry goes on with that phase', { timeout }, async () => {
  const { scene, issue, pull, line, phases, prompts, done } = await phasedDialogue();
  const { stage, will, repo, sticky, quiet, world, reactions, answered } = scene;
  const third = phases[2] ?? {};
  phases[2] = { 'src/discount/name.js': 'export const name = ;\n' };
  await will.comment(repo, pull.number, line);
  for (const n of [1, 2]) await done(n);
  const { head = '', runs } = await stage(issue, 'blocked');
  await quiet();
  const before = await commitsOf(scene, head);
  expect(before).toHaveLength(3);
  expect(before.at(-1)).toMatch(/phase 2 of 4/);
  expect(runs.at(-1)).toMatchObject({ stage: 'verify', phase: { n: 3, title: 'Name' } });
  const shown = await sticky(pull.number);
  expect(shown).toContain('Verification failed, so nothing was pushed.');
  expect(shown).toContain('✅ 2. Bound (1 task) · ⏳ 3. Name (1 task) · ⚪ 4. Bulk discount');

  phases[2] = third;
  const retry = await will.comment(repo, pull.number, '/retry');
  for (const n of [3, 4]) await done(n);
  const after = await stage(issue, 'in_review');
  await quiet();
  expect(await reactions(retry.id)).toContain('rocket');
  const all = await commitsOf(scene, after.head ?? '');
  expect(all.slice(0, 3)).toEqual(before);
  expect(all).toHaveLength(5);
  expect(await world.git(repo, ['merge-base', '--is-ancestor', head, after.head ?? ''])).toBe('');
  expect(prompts.map((prompt) => /You make phase (\d)/.exec(prompt)?.[1])).toEqual(['1', '2', '3', '3', '4']);
  expect(prompts[3]).toContain('src/discount/name.js');
  expect(prompts[3]).toContain('<<<FEEDBACK');

  const ask = await will.comment(repo, pull.number, '/harness explain');
  const explained = await answered(pull.number, ask.id);
  expect(explained).toContain('of phase 3 of 4 (Name)');
  expect(explained).toContain('Phase 3 of 4 is on the branch, and the approval stands.');
});
