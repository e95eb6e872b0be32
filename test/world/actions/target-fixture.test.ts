// The target repository of demo and scenarios is real: its own commands pass before and after the intended change, the
// new tests fail without it, and the plan is a valid OpenSpec change that covers every criterion of the issue.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import YAML from 'yaml';
import { Policy } from '../../../src/facts/policy.ts';

const exec = promisify(execFile);
const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url));
const openspec = fileURLToPath(new URL('../../../node_modules/.bin/openspec', import.meta.url));
const policy = Policy.parse(YAML.parse(await readFile(path.join(fixtures, 'target/.github/harness.yml'), 'utf8')));

async function checkout(...overlays: string[]): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'target-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const name of ['target', ...overlays]) await cp(path.join(fixtures, name), folder, { recursive: true });
  return folder;
}

/** Runs a command as a box would: nothing in its environment but PATH. */
async function run(folder: string, command: string) {
  const env = { PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter) };
  const result = exec('bash', ['-c', command], { cwd: folder, env });
  return result.then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string }) => ({ code: error.code, stdout: error.stdout }),
  );
}

/** Names as in reports: suite and case joined by " > ". */
async function reported(folder: string, file: string): Promise<string[]> {
  const xml = await readFile(path.join(folder, file), 'utf8');
  return [...xml.matchAll(/<testcase name="([^"]+)"[^>]* classname="([^"]+)"/g)].map(
    ([, name, suite]) => `${suite} > ${name}`,
  );
}

test.each([[[]], [['work/plan', 'work/implement']]])('its layers pass with %j on top', async (overlays) => {
  const folder = await checkout(...overlays);
  for (const [name, layer] of Object.entries(policy.layers)) {
    expect(await run(folder, layer.run), name).toMatchObject({ code: 0 });
    if (layer.report) expect((await reported(folder, layer.report.path)).length).toBeGreaterThan(0);
  }
  expect(Object.keys(policy.layers)).toEqual(['static', 'unit', 'integration', 'smoke']);
});

test('the new tests fail without the new code', async () => {
  const folder = await checkout('work/plan', 'work/implement');
  await cp(path.join(fixtures, 'target/src'), path.join(folder, 'src'), { recursive: true });
  expect(await run(folder, policy.layers.unit?.run ?? '')).toMatchObject({ code: 1 });
});

test('the plan is a valid OpenSpec change', async () => {
  const folder = await checkout('work/plan');
  const { stdout } = await exec(openspec, ['validate', '--all', '--strict', '--no-interactive', '--json'], {
    cwd: folder,
    env: { ...process.env, OPENSPEC_TELEMETRY: '0', OPENSPEC_NO_UPDATE_CHECK: '1' },
  });
  expect(JSON.parse(stdout).summary.totals).toEqual({ items: 2, passed: 2, failed: 0 });
});

test('the test plan names every criterion of the issue and only tests that exist', async () => {
  const folder = await checkout('work/plan', 'work/implement');
  await run(folder, policy.layers.unit?.run ?? '');
  const names = await reported(folder, 'reports/unit.xml');
  const plan = JSON.parse(
    await readFile(path.join(folder, 'openspec/changes/add-bulk-discount/test-plan.json'), 'utf8'),
  );
  const issue = await readFile(path.join(fixtures, 'issues/ready.md'), 'utf8');
  const listed = [...issue.matchAll(/^- (.+)$/gm)].map(([, text]) => text);
  const criteria: { id: string; text: string; tests: { layer: string; name: string }[] }[] = plan.criteria;
  expect(criteria.map((one) => one.text)).toEqual(listed);
  expect(criteria.map((one) => one.id)).toEqual(listed.map((_, index) => `AC-${index + 1}`));
  for (const { tests } of criteria) {
    expect(tests.length).toBeGreaterThan(0);
    for (const one of tests) expect(names).toContain(one.name);
  }
});
