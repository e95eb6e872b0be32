// Folders are the registries: what stands in a folder is registered, and what is registered stands there.
import path from 'node:path';
import { expect, test } from 'vitest';
import { agents } from '../../adapters/agent/index.ts';
import { checks } from '../../checks/index.ts';
import { Command } from '../../src/decide/command.ts';
import { effects } from '../../src/effects/index.ts';
import { AgentName } from '../../src/facts/policy.ts';
import { intakes } from '../../src/intake/github/index.ts';
import { filesIn, read } from './project-files.ts';

/** Files directly in a folder, by their stem. */
const stemsIn = (folder: string, ends = '.ts'): string[] =>
  filesIn(folder, ends)
    .filter((file) => path.posix.dirname(file) === folder)
    .map((file) => path.posix.basename(file, ends));

/** Stems of the files whose text has the pattern: what declares itself to be of a kind. */
const declaring = (folder: string, pattern: RegExp): string[] =>
  stemsIn(folder)
    .filter((stem) => pattern.test(read(`${folder}/${stem}.ts`)))
    .sort();

const importedBy = (file: string, folder = './'): string[] =>
  [...read(file).matchAll(/from '(.+)\.ts'/g)]
    .map(([, from = '']) => from)
    .filter((from) => from.startsWith(folder) && !from.slice(folder.length).includes('/'))
    .map((from) => from.slice(folder.length))
    .sort();

const without = (stems: readonly string[], ...others: string[]): string[] =>
  stems.filter((stem) => !others.includes(stem)).sort();

test('checks: one file, one doc and one test each', () => {
  const names = checks.map(({ name }) => name).sort();
  expect(names.length).toBeGreaterThan(4);
  expect(names).toEqual(without(stemsIn('checks'), 'contract', 'index'));
  expect(names).toEqual(without(stemsIn('docs/checks', '.md'), 'README'));
  expect(names).toEqual(without(stemsIn('test/unit/checks', '.test.ts'), 'index', 'docs'));
});

test('effects: one per command, each file registered', () => {
  const commands = Command.options.map((option) => option.shape.type.value).sort();
  expect(commands.length).toBeGreaterThan(10);
  expect(Object.keys(effects).sort()).toEqual(commands);
  expect(without(importedBy('src/effects/index.ts'), 'contract')).toEqual(
    without(stemsIn('src/effects'), 'contract', 'index'),
  );
});

test('targets: each writer is registered', () => {
  expect(without(importedBy('src/effects/converge/index.ts'), 'contract')).toEqual(
    without(stemsIn('src/effects/converge'), 'contract', 'index'),
  );
});

test('webhooks: one file per event, named like it', () => {
  const files = declaring('src/intake/github', /: Intake = \{/);
  expect(files.length).toBeGreaterThan(8);
  expect(intakes.map(({ event }) => event.replaceAll('_', '-')).sort()).toEqual(files);
});

test('agents: one folder each with a README, named as the policy spells it; with a lockfile where npm can bring it', () => {
  const folders = filesIn('adapters/agent', '/README.md').map((file) => file.split('/')[2]);
  expect(folders).toEqual([...AgentName.options].sort());
  expect(Object.keys(agents).sort()).toEqual(folders);
  for (const folder of folders.filter((name) => name !== 'openhands'))
    expect(filesIn(`adapters/agent/${folder}`).map((file) => path.posix.basename(file))).toEqual(
      expect.arrayContaining(['README.md', 'package.json', 'package-lock.json']),
    );
});

test('migrations: every file is in the list, in the order of its number', () => {
  const files = stemsIn('src/journal/migrations');
  expect(files.length).toBeGreaterThan(0);
  expect(importedBy('src/journal/migrate.ts', './migrations/')).toEqual(files);
  expect(files.map((file) => Number(file.slice(0, 4)))).toEqual(files.map((_, index) => index + 1));
});

test('commands of the package: every subcommand is in the list', () => {
  const files = declaring('src/cli', /: CliCommand = \{/);
  expect(files.length).toBeGreaterThan(4);
  expect(importedBy('src/cli/main.ts')).toEqual(expect.arrayContaining(files));
});

test('a file that nobody registered is seen', () => {
  expect(without(['contract', 'index', 'orphan', 'secrets'], 'contract', 'index')).toEqual(['orphan', 'secrets']);
  expect(declaring('src/intake/github', /: Intake = \{/)).not.toContain('door');
  expect(importedBy('src/journal/migrate.ts', './migrations/')).not.toContain('0000-missing');
});
