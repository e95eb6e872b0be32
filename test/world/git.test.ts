import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import type { World } from './contract.ts';
import { asInstallation, listenTo, openWorld } from './world-kit.ts';

const run = promisify(execFile);
const WHO = ['-c', 'user.name=Mona', '-c', 'user.email=mona@example.com'];

function folder(): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'world-git-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
const remote = (world: World, token: string, repo = 'acme/app') =>
  `${world.url.replace('//', `//x-access-token:${token}@`)}/${repo}.git`;

/** git in a folder; failures are returned with their text. */
async function git(cwd: string, ...args: string[]): Promise<{ ok: boolean; text: string }> {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_GLOBAL: '/dev/null' };
  return run('git', [...WHO, ...args], { cwd, env }).then(
    ({ stdout }) => ({ ok: true, text: stdout.trim() }),
    (error: { stderr: string }) => ({ ok: false, text: error.stderr }),
  );
}
async function cloned(world: World, token: string): Promise<string> {
  const dir = path.join(folder(), 'clone');
  expect(await git(os.tmpdir(), 'clone', '-q', remote(world, token), dir)).toMatchObject({ ok: true });
  return dir;
}
async function committed(dir: string, file: string, text: string): Promise<string> {
  mkdirSync(path.dirname(path.join(dir, file)), { recursive: true });
  writeFileSync(path.join(dir, file), text);
  await git(dir, 'add', '-A');
  await git(dir, 'commit', '-q', '-m', `Change ${file}`);
  return (await git(dir, 'rev-parse', 'HEAD')).text;
}

test('a clone shows what REST wrote, and REST shows what a push wrote, with the same SHA', async () => {
  const world = await openWorld();
  const { heard } = await listenTo(world);
  const mona = world.person('mona');
  await mona.putFile('acme/app', 'docs/ä.md', 'by REST\n');
  const dir = await cloned(world, mona.token);
  expect(readFileSync(path.join(dir, 'docs/ä.md'), 'utf8')).toBe('by REST\n');

  await git(dir, 'switch', '-q', '-c', 'work');
  const sha = await committed(dir, 'src/a.txt', 'by git\n');
  expect(await git(dir, 'push', '-q', 'origin', 'work')).toMatchObject({ ok: true });
  expect(await mona.readFile('acme/app', 'src/a.txt', 'work')).toBe('by git\n');
  expect((await world.git('acme/app', ['rev-parse', 'work'])).trim()).toBe(sha);
  await world.settle();
  expect(heard.map((h) => h.name)).toEqual(['push', 'push']);
  expect(heard[1]?.payload).toMatchObject({
    ref: 'refs/heads/work',
    created: true,
    forced: false,
    after: sha,
    head_commit: { id: sha, added: ['src/a.txt'] },
    sender: { login: 'mona' },
  });

  await git(dir, 'commit', '-q', '--amend', '-m', 'Other words');
  expect((await git(dir, 'push', '-q', 'origin', 'work')).ok).toBe(false);
  expect(await git(dir, 'push', '-q', '--force', 'origin', 'work')).toMatchObject({ ok: true });
  expect(await git(dir, 'push', '-q', '--delete', 'origin', 'work')).toMatchObject({ ok: true });
  await world.settle();
  expect(heard.slice(2).map((h) => h.payload.forced === true || h.payload.deleted === true)).toEqual([true, true]);
});

test('who may read and write is decided as on GitHub', async () => {
  const world = await openWorld();
  await world.addRepository({ name: 'secret', private: true });
  const { token } = await asInstallation(world);
  const reader = await asInstallation(world, { permissions: { contents: 'read' } });
  const dir = await cloned(world, token);
  await committed(dir, 'a.txt', 'a');
  const push = async (as: string) => (await git(dir, 'push', '-q', remote(world, as), 'HEAD:refs/heads/x')).text;
  expect(await push(world.person('rita').token)).toContain('403');
  expect(await push(world.person('sam').token)).toContain('403');
  expect(await push(reader.token)).toContain('403');
  expect(await push('nobody')).toContain('Authentication failed');
  const secret = await git(dir, 'ls-remote', remote(world, world.person('sam').token, 'acme/secret'));
  expect(secret.text).toContain('not found');
  expect((await git(dir, 'ls-remote', remote(world, token, 'acme/secret'))).ok).toBe(true);

  await committed(dir, '.github/workflows/ci.yml', 'on: push\n');
  expect(await push(token)).toContain('without `workflows` permission');
  expect(await push(world.person('mona').token)).toBe('');
});

test('a ruleset refuses direct pushes and a protected branch refuses force', async () => {
  const world = await openWorld();
  const admin = world.person('root-admin');
  await admin.request('POST', '/repos/acme/app/rulesets', {
    name: 'main',
    enforcement: 'active',
    conditions: { ref_name: { include: ['~DEFAULT_BRANCH'] } },
    rules: [{ type: 'pull_request', parameters: { required_approving_review_count: 1 } }],
  });
  const dir = await cloned(world, (await asInstallation(world)).token);
  await committed(dir, 'a.txt', 'a');
  expect((await git(dir, 'push', '-q', 'origin', 'HEAD:main')).text).toContain('GH013');
});
