// What is installed: exact versions, a lockfile without hosts, a licence.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { filesIn, read } from './project-files.ts';

const Dependencies = z.record(z.string(), z.string()).default({});
const Manifest = z.object({
  license: z.string().optional(),
  scripts: z.record(z.string(), z.string()).default({}),
  dependencies: Dependencies,
  devDependencies: Dependencies,
  optionalDependencies: Dependencies,
});
const Lockfile = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      resolved: z.string().optional(),
      integrity: z.string().optional(),
    }),
  ),
});

const manifests = ['package.json', ...filesIn('adapters', '/package.json')];
const manifest = (text: string) => Manifest.parse(JSON.parse(text));

/** A range, a tag or an address may be another package tomorrow. */
function inexact(text: string): string[] {
  const { dependencies, devDependencies, optionalDependencies } = manifest(text);
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/.test(version))
    .map(([name, version]) => `${name}@${version}`);
}

/** Packages of a lockfile that are fetched from somewhere in particular, or whose bytes nobody would check. */
function unbound(text: string): string[] {
  return Object.entries(Lockfile.parse(JSON.parse(text)).packages).flatMap(([name, { resolved, integrity }]) => {
    if (name === '') return [];
    return resolved !== undefined || integrity === undefined ? [name] : [];
  });
}

test('there is a manifest for us and for every agent, each with its lockfile', () => {
  expect(manifests).toEqual(expect.arrayContaining(['package.json', 'adapters/agent/codex/package.json']));
  for (const file of manifests)
    expect(read(file.replace(/package\.json$/, 'package-lock.json'))).toContain('"lockfileVersion"');
});

test.each(manifests)('%s names exact versions', (file) => {
  expect(inexact(read(file))).toEqual([]);
});

test.each(manifests)('the lockfile of %s has an integrity for each package and no host', (file) => {
  const lockfile = read(file.replace(/package\.json$/, 'package-lock.json'));
  expect(Object.keys(Lockfile.parse(JSON.parse(lockfile)).packages).length).toBeGreaterThan(1);
  expect(unbound(lockfile)).toEqual([]);
});

test('every script runs a file that exists, or a program that is installed', () => {
  const { scripts } = manifest(read('package.json'));
  const files = Object.values(scripts).flatMap((script) => [
    ...script.matchAll(/(?:^|\s)((?:src|test|bench)\/\S+\.ts)/g),
  ]);
  expect(files.length).toBeGreaterThan(5);
  for (const [, file = ''] of files) expect(read(file).length, file).toBeGreaterThan(0);
});

test('the licence that the manifest names is there', () => {
  expect(manifest(read('package.json')).license).toBe('Apache-2.0');
  expect(read('LICENSE')).toContain('Apache License');
});

test('ranges, tags, addresses and hosts are found', () => {
  const dependencies = { a: '^1.0.0', b: 'latest', c: 'github:a/c', d: '1.2.3', e: '1.x', f: '2.0.0-beta.17' };
  expect(inexact(JSON.stringify({ dependencies }))).toEqual(['a@^1.0.0', 'b@latest', 'c@github:a/c', 'e@1.x']);
  const packages = {
    '': { version: '0.1.0' },
    'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' },
    'node_modules/b': { version: '1.0.0', integrity: 'sha512-x', resolved: 'https://example.org/b.tgz' },
    'node_modules/c': { version: '1.0.0' },
  };
  expect(unbound(JSON.stringify({ packages }))).toEqual(['node_modules/b', 'node_modules/c']);
});
