import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { findLocked, installLocked } from '../../../../adapters/agent/install.ts';
import { Permanent, Retryable } from '../../../../src/errors.ts';

const folders: string[] = [];
afterEach(() => vi.unstubAllEnvs());
afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true }))));

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gantry-install-'));
  folders.push(path);
  return path;
}

/** A lockfile that needs no network: npm ci has nothing to fetch. */
async function emptyCli(
  lock: object = { name: 'empty', lockfileVersion: 3, requires: true, packages: { '': { name: 'empty' } } },
) {
  const source = await folder();
  await writeFile(join(source, 'package.json'), JSON.stringify({ name: 'empty', private: true }));
  await writeFile(join(source, 'package-lock.json'), JSON.stringify(lock));
  return { name: 'empty', source };
}

test('two at once install one directory and leave nothing else', async () => {
  const [cli, directory] = [await emptyCli(), await folder()];
  expect(await findLocked(cli, directory)).toBeNull();
  const [first, second] = await Promise.all([installLocked(cli, directory), installLocked(cli, directory)]);
  expect(first).toBe(second);
  expect(await readdir(directory)).toEqual([expect.stringMatching(/^empty-[0-9a-f]{12}$/)]);
  expect(await findLocked(cli, directory)).toBe(first);
});

test('another lockfile is another directory', async () => {
  const [one, two, directory] = [
    await emptyCli(),
    await emptyCli({ name: 'empty', lockfileVersion: 3, packages: { '': { name: 'empty' } } }),
    await folder(),
  ];
  expect(await installLocked(one, directory)).not.toBe(await installLocked(two, directory));
});

test('a lockfile that does not fit is permanent and leaves nothing', async () => {
  const cli = await emptyCli();
  await writeFile(
    join(cli.source, 'package.json'),
    JSON.stringify({ name: 'empty', dependencies: { 'left-pad': '1.3.0' } }),
  );
  const directory = await folder();
  await expect(installLocked(cli, directory)).rejects.toThrow(Permanent);
  expect(await readdir(directory)).toEqual([]);
});

test('a registry that does not answer is worth another try', { timeout: 60_000 }, async () => {
  const dependencies = { 'left-pad': '1.3.0' };
  const packages = {
    '': { name: 'empty', dependencies },
    'node_modules/left-pad': { version: '1.3.0', integrity: `sha512-${'A'.repeat(86)}==` },
  };
  const cli = await emptyCli({ name: 'empty', lockfileVersion: 3, requires: true, packages });
  await writeFile(join(cli.source, 'package.json'), JSON.stringify({ name: 'empty', dependencies }));
  vi.stubEnv('npm_config_registry', 'http://127.0.0.1:1/');
  vi.stubEnv('npm_config_cache', await folder());
  await expect(installLocked(cli, await folder())).rejects.toThrow(Retryable);
});

test.each([
  'codex',
  'claude_code',
  'gemini_cli',
])('the lockfile of %s is complete and names both Linux platforms', async (name) => {
  const root = join(import.meta.dirname, '../../../../adapters/agent', name);
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { integrity?: string; resolved?: string }>;
  };
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(packages.filter(([, entry]) => entry.integrity === undefined || entry.resolved !== undefined)).toEqual([]);
  for (const platform of ['linux-x64', 'linux-arm64'])
    expect(packages.some(([path]) => path.endsWith(platform))).toBe(true);
});
