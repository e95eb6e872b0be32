import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../../src/cli/doctor/finding.ts';
import { callerWorkflow } from '../../../src/cli/init/caller.ts';
import { gateRuleset } from '../../../src/cli/init/ruleset.ts';
import { runCli } from '../../../src/cli/main.ts';
import type { World } from '../../world/contract.ts';
import { startWorld } from '../../world/world.ts';
import { folderWith, terminal } from './terminal.ts';

const server = 'https://gantry.example.org';
const policy = 'version: 1\nlayers:\n  unit: { run: npm test }\n';
const deploy = 'on: push\njobs:\n  ship:\n    uses: ./ship.yml\n    secrets: inherit\n';

let world: World;
let pin: string;
beforeAll(async () => {
  world = await startWorld();
  await world.addRepository({ name: 'gantry', files: { 'README.md': 'the mirror' } });
  pin = (await world.git('acme/gantry', ['rev-parse', 'main'])).trim();
  const workflow = callerWorkflow({ owner: 'acme', sha: pin, server });
  await world.addRepository({
    name: 'ready',
    files: { '.github/workflows/gantry.yml': workflow, '.github/harness.yml': policy },
  });
  await world.addRepository({
    name: 'loose',
    files: {
      '.github/workflows/gantry.yml': workflow.replace(`@${pin}`, '@main').replace(server, 'https://other.example'),
      '.github/workflows/deploy.yml': deploy,
      '.github/harness.yml': 'version: 1\npush: after-verify\nlayer: {}\n',
    },
  });
  await world.addRepository({ name: 'bare', files: { 'README.md': 'x' } });
  const ruleset = JSON.parse(gateRuleset(world.app.id));
  const anyone = {
    ...ruleset,
    rules: [{ type: 'required_status_checks', parameters: { required_status_checks: [{ context: 'harness/gate' }] } }],
  };
  for (const [name, body] of [
    ['ready', ruleset],
    ['loose', anyone],
  ]) {
    const answer = await world.person('root-admin').request('POST', `/repos/acme/${name}/rulesets`, body);
    expect(answer.status).toBe(201);
  }
}, 60_000);
afterAll(() => world.close());

const settings = () => ({
  PATH: process.env.PATH,
  APP_ID: String(world.app.id),
  PRIVATE_KEY: world.app.privateKey,
  WEBHOOK_SECRET: 'x',
  GITHUB_API_URL: world.url,
  PUBLIC_URL: server,
});

async function doctor(env: Record<string, string | undefined>, ...args: string[]) {
  const { io, out, err } = terminal({ cwd: folderWith(), env });
  const code = await runCli(['doctor', '--json', ...args], io);
  expect(err).toEqual([]);
  const { ok, findings } = JSON.parse(out.join('\n')) as { ok: boolean; findings: Finding[] };
  const of = (about: string) =>
    findings.filter((finding) => finding.about === about).map(({ status, what }) => `${status}: ${what}`);
  return { code, ok, findings, of };
}

test('a repository that is ready', async () => {
  const { of, findings } = await doctor(settings(), '--repo', 'acme/ready');
  expect(of('settings')).toEqual([`ok: complete for App ${world.app.id}`]);
  expect(of('app')).toEqual([
    `ok: the credentials are those of gantry (${world.app.id})`,
    'ok: permissions and events are those of app.yml',
  ]);
  expect(of('installation')).toEqual(['ok: permissions and events are those of app.yml']);
  expect(of('workflow')).toEqual([`ok: pinned to ${pin}`, `ok: it reports to ${server}`]);
  expect(of('policy')).toEqual(['ok: readable, layers unit']);
  expect(of('gate')).toEqual(['ok: harness/gate is required on main, from this App only']);
  expect(of('push')).toEqual([
    'ok: no workflow that a push starts has secrets, a write token or a runner that is not GitHub-hosted',
  ]);
  expect(findings.filter(({ status }) => status === 'wrong').map(({ about }) => about)).toEqual([]);
  expect(world.violations).toEqual([]);
});

test('a repository where everything is loose: each line has its fix', async () => {
  const { code, of, findings } = await doctor(settings(), '--repo', 'acme/loose');
  expect(code).toBe(1);
  expect(of('workflow')).toEqual([
    'wrong: it calls acme/gantry at main, which can change under you',
    `wrong: it reports to https://other.example, PUBLIC_URL is ${server}`,
  ]);
  expect(of('policy')).toEqual(['wrong: line 3: unknown key `layer`; did you mean `layers`?']);
  expect(of('gate')).toEqual([
    'wrong: harness/gate is required on main, but not from this App only: a workflow could answer it',
  ]);
  expect(of('push')).toEqual([expect.stringMatching(/^open: deploy\.yml may run with secrets/)]);
  for (const { status, fix } of findings) if (status === 'wrong') expect(fix).toBeTruthy();
});

test('a bare repository, and one where the App is not installed', async () => {
  const bare = await doctor(settings(), '--repo', 'acme/bare');
  expect(bare.of('workflow')).toEqual(['wrong: .github/workflows/gantry.yml is not on the default branch']);
  expect(bare.of('policy')).toEqual(['wrong: .github/harness.yml is not on the default branch']);
  expect(bare.of('gate')).toEqual([expect.stringMatching(/^wrong: no ruleset requires harness\/gate on main/)]);
  const none = await doctor(settings(), '--repo', 'acme/nowhere');
  expect(none.of('installation')).toEqual([expect.stringMatching(/^wrong: the App is not installed on acme\/nowhere/)]);
});

test('an expected pin that the workflow does not name', async () => {
  const { of } = await doctor(settings(), '--repo', 'acme/ready', '--pin', 'd4'.repeat(20));
  expect(of('workflow')[0]).toBe(`wrong: pinned to ${pin.slice(0, 12)}, expected is d4d4d4d4d4d4`);
});

test('without settings everything of GitHub is left unchecked, and each missing variable is named once', async () => {
  const { code, of } = await doctor({ PATH: process.env.PATH }, '--repo', 'acme/ready');
  expect(code).toBe(1);
  expect(of('settings').map((line) => line.split(' ')[1])).toEqual(['APP_ID', 'WEBHOOK_SECRET', 'PRIVATE_KEY']);
  expect(of('app')).toEqual(['open: not checked: the settings come first']);
  expect(of('database')).toEqual([expect.stringMatching(/^ok: embedded, to be made/)]);
});

test('credentials that GitHub does not take, and a database that is not there, are findings', async () => {
  const { of, findings } = await doctor({
    ...settings(),
    APP_ID: '999',
    DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x',
  });
  expect(of('app')).toEqual([expect.stringMatching(/^wrong: GitHub does not know us: .*401/)]);
  expect(of('database')).toEqual(['wrong: the server in DATABASE_URL cannot be used (ECONNREFUSED)']);
  expect(JSON.stringify(findings)).not.toContain('hunter2');
});

test('a checkout is judged without any credential', async () => {
  const dir = folderWith({
    '.github/workflows/gantry.yml': callerWorkflow({ owner: 'acme', sha: pin, server }),
    '.github/workflows/deploy\u001b[2J.yml': deploy,
    '.github/harness.yml': `${policy}push: after-verify\n`,
  });
  const { of } = await doctor({ PATH: process.env.PATH }, '--dir', dir, '--pin', pin);
  expect(of('workflow')).toEqual([`ok: pinned to ${pin}`, expect.stringContaining('open: it reports to')]);
  expect(of('push')).toEqual([expect.stringMatching(/^wrong: deploy\\u\{1b\}\[2J\.yml may run what an agent wrote/)]);
});

test('the lines for people have a sign, one line each, and the fix', async () => {
  const { io, out } = terminal({ cwd: folderWith(), env: { PATH: process.env.PATH } });
  expect(await runCli(['doctor'], io)).toBe(1);
  expect(out.every((line) => /^[✓✗–] \S/.test(line) && !line.includes('\n'))).toBe(true);
  expect(out.join('\n')).toContain('npm run setup');
});
