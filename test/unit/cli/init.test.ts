import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../../../src/cli/main.ts';
import { folderWith, terminal } from './terminal.ts';

const pin = 'b2'.repeat(20);
const args = [
  'init',
  '--owner',
  'acme',
  '--pin',
  pin,
  '--server',
  'https://gantry.example.org',
  '--integration-id',
  '42',
];
const workflow = '.github/workflows/gantry.yml';
const git = (cwd: string, ...rest: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@x.example', ...rest], {
    cwd,
    encoding: 'utf8',
    stdio: 'pipe',
  });

async function init(cwd: string, ...more: string[]) {
  const { io, out, err } = terminal({ cwd });
  return { code: await runCli([...args, ...more], io), out: out.join('\n'), err: err.join('\n') };
}

test('writes the three files and says what to do with them', async () => {
  const cwd = folderWith({ 'go.mod': 'module x' });
  const { code, out } = await init(cwd);
  expect(code).toBe(0);
  expect(readFileSync(path.join(cwd, workflow), 'utf8')).toContain(`acme/gantry/.github/workflows/gantry.yml@${pin}`);
  expect(readFileSync(path.join(cwd, '.github/harness.yml'), 'utf8')).toContain('run: go test ./...');
  const ruleset = JSON.parse(readFileSync(path.join(cwd, 'gantry-ruleset.json'), 'utf8'));
  expect(ruleset.rules[0].parameters.required_status_checks).toEqual([{ context: 'harness/gate', integration_id: 42 }]);
  expect(out).toMatchSnapshot();
});

test('a second time everything is already so; what a person changed is kept and makes it fail', async () => {
  const cwd = folderWith();
  await init(cwd);
  expect(await init(cwd)).toMatchObject({ code: 0, out: expect.stringContaining('is already so') });
  writeFileSync(path.join(cwd, '.github/harness.yml'), 'version: 1\nagent: claude_code\u001b[2J\n');
  const { code, out } = await init(cwd);
  expect(code).toBe(1);
  expect(out).toContain('.github/harness.yml: kept, it differs from line 1');
  expect(readFileSync(path.join(cwd, '.github/harness.yml'), 'utf8')).toContain('claude_code');
});

test('--only with --force renews the pin and leaves the policy alone', async () => {
  const cwd = folderWith();
  await init(cwd);
  writeFileSync(path.join(cwd, '.github/harness.yml'), 'version: 1\n');
  const newer = 'c3'.repeat(20);
  const { io } = terminal({ cwd });
  const given = args.map((arg) => (arg === pin ? newer : arg));
  expect(await runCli([...given, '--only', 'workflow', '--force'], io)).toBe(0);
  expect(readFileSync(path.join(cwd, workflow), 'utf8')).toContain(newer);
  expect(readFileSync(path.join(cwd, '.github/harness.yml'), 'utf8')).toBe('version: 1\n');
});

test('owner and repository come from the remote origin, the pin from the mirror; nothing is committed', async () => {
  const mirror = folderWith({ 'README.md': 'gantry' });
  git(mirror, 'init', '-q', '-b', 'main');
  git(mirror, 'add', '.');
  git(mirror, 'commit', '-qm', 'first');
  const tip = git(mirror, 'rev-parse', 'HEAD').trim();
  const cwd = folderWith();
  git(cwd, 'init', '-q', '-b', 'main');
  git(cwd, 'remote', 'add', 'origin', 'git@github.com:acme/rates.git');
  const { io, out } = terminal({
    cwd,
    env: { ...process.env, PUBLIC_URL: 'https://gantry.example.org', APP_ID: '42' },
  });
  expect(await runCli(['init', '--gantry-url', mirror], io)).toBe(0);
  expect(readFileSync(path.join(cwd, workflow), 'utf8')).toContain(`acme/gantry/.github/workflows/gantry.yml@${tip}`);
  expect(out.join('\n')).toContain('gantry doctor --repo acme/rates');
  expect(git(cwd, 'status', '--porcelain', '-uall')).toBe(
    '?? .github/harness.yml\n?? .github/workflows/gantry.yml\n?? gantry-ruleset.json\n',
  );
});

test('without the id of the App there is no ruleset: any workflow could answer it', async () => {
  const cwd = folderWith();
  const { io, out } = terminal({ cwd });
  expect(await runCli(args.slice(0, -2), io)).toBe(0);
  expect(existsSync(path.join(cwd, 'gantry-ruleset.json'))).toBe(false);
  expect(out.join('\n')).toContain('--integration-id N');
});

test('nothing is written through a link', async () => {
  const outside = folderWith();
  const cwd = folderWith();
  symlinkSync(outside, path.join(cwd, '.github'));
  const { code, err } = await init(cwd, '--force');
  expect(code).toBe(1);
  expect(err).toContain('.github is a link');
  expect(existsSync(path.join(outside, 'workflows'))).toBe(false);
});

test.each([
  [['init'], '--owner is needed'],
  [['init', '--owner', 'acme'], '--pin or --gantry-url is needed'],
  [['init', '--owner', 'acme', '--pin', pin], '--server is needed'],
  [['init', '--owner', 'acme', '--pin', 'main', '--server', 'https://x.example'], 'the pin is not a full commit id'],
  [['init', '--owner', 'acme', '--gantry-url', '/nowhere/at/all'], 'git cannot read /nowhere/at/all'],
  [['init', '--owner', 'acme', '--gantry-url', 'ext::sh -c id'], 'git cannot read'],
  [[...args, '--only', 'everything'], 'is not a part'],
  [[...args, '--dir', 'missing'], 'is not a folder'],
  [[...args.slice(0, -1), 'forty-two'], '--integration-id is not a number'],
])('%j is refused', async (argv, why) => {
  const { io, err } = terminal({ cwd: folderWith(), env: { PATH: process.env.PATH } });
  expect(await runCli(argv, io)).toBe(1);
  expect(err.join('\n')).toContain(why);
});
