// Pages say what is there: links lead somewhere, files, types, scripts, commands and facts that they name exist.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { variableNames } from '../../src/config/env-variables.ts';
import { Command } from '../../src/decide/command.ts';
import { commandTable } from '../../src/facts/command-given.ts';
import { PullFact } from '../../src/facts/pull.ts';
import { TicketStage } from '../../src/facts/stage.ts';
import { TicketFact } from '../../src/facts/ticket.ts';
import { pathsNamed, readPage } from './links.ts';
import { filesIn, pages, read, root, shipped } from './project-files.ts';

const docs = pages().map((file) => ({ file, page: readPage(read(file)), text: read(file) }));
const exists = (file: string): boolean => existsSync(path.join(root, file));

/** Links of a page that lead nowhere, its own anchors and those of other pages included. */
function broken(file: string, links: readonly string[]): string[] {
  return links.filter((link) => {
    if (/^(https?|mailto):/.test(link)) return false;
    const [target = '', anchor] = link.split('#');
    const to = target === '' ? file : path.posix.join(path.posix.dirname(file), decodeURIComponent(target));
    if (!exists(to)) return true;
    if (anchor === undefined || !to.endsWith('.md') || statSync(path.join(root, to)).isDirectory()) return false;
    return !readPage(read(to)).anchors.includes(anchor);
  });
}

test('the pages were read', () => {
  const files = docs.map(({ file }) => file);
  expect(files).toEqual(
    expect.arrayContaining([
      'README.md',
      'AGENTS.md',
      'docs/architecture.md',
      'docs/glossary.md',
      'docs/security.md',
      'docs/flows/label-to-merge.md',
      'docs/checks/readiness.md',
      'adapters/agent/codex/README.md',
    ]),
  );
  expect(files.length).toBeGreaterThan(25);
});

test('every relative link leads somewhere', () => {
  expect(docs.flatMap(({ file, page }) => broken(file, page.links).map((link) => `${file}: ${link}`))).toEqual([]);
});

test('every file that a page names exists', () => {
  const missing = docs.flatMap(({ file, page }) =>
    pathsNamed(page.spans)
      .filter((name) => !exists(name) && !exists(path.posix.join(path.posix.dirname(file), name)) && !isTargets(name))
      .map((name) => `${file}: ${name}`),
  );
  expect(missing).toEqual([]);
});

/** Files of a target repository or of a runner, not of ours. */
const isTargets = (name: string): boolean =>
  [
    '.github/harness.yml',
    'tasks.md',
    'test-plan.json',
    'gantry-ruleset.json',
    'package-lock.json',
    'harness.yml',
  ].includes(name) || /^(proposal|design|CLAUDE|GEMINI)\.md$/.test(name);

test('a link, an anchor and a file that are not there are found', () => {
  const planted = readPage(
    '[a](docs/gone.md) [b](README.md#no-such-part) ![c](#neither) [d](https://example.org) `src/gone.ts` `src/<any>.ts`',
  );
  expect(broken('README.md', planted.links)).toEqual(['docs/gone.md', 'README.md#no-such-part', '#neither']);
  expect(broken('docs/glossary.md', ['architecture.md#the-queues', '../README.md'])).toEqual([]);
  expect(pathsNamed(planted.spans)).toEqual(['src/gone.ts', 'src']);
  expect(exists('src/gone.ts')).toBe(false);
});

/** Files that comments name, as seen from the root, from src, or from the file's own folder. */
function namedInComments(file: string, text: string): string[] {
  const comments = text.split('\n').flatMap((line) => /(?:^\s*(?:\/\/|\/?\*)|\s\/\/ )(.*)$/.exec(line)?.[1] ?? []);
  const names = comments.flatMap(
    (comment) => comment.match(/(?<![\w./-])[a-z][\w-]*\/[\w./-]*\.(?:ts|md|json|yml)\b/g) ?? [],
  );
  return names.filter(
    (name) =>
      ![name, `src/${name}`, path.posix.join(path.posix.dirname(file), name)].some(exists) &&
      !/^(openspec|my)\//.test(name),
  );
}

test('every file that a comment in the code names exists', () => {
  const missing = shipped().flatMap((file) => namedInComments(file, read(file)).map((name) => `${file}: ${name}`));
  expect(missing).toEqual([]);
  expect(namedInComments('src/app.ts', '// see effects/gone.ts and decide/command.ts\n')).toEqual(['effects/gone.ts']);
});

test('README begins with the two commands, and they exist', () => {
  const [first] = readPage(read('README.md')).blocks;
  const lines = first?.text.split('\n').map((line) => line.replace(/\s*#.*/, ''));
  expect(lines).toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
  expect(read('README.md').indexOf('```')).toBeLessThan(30);
});

const manifest: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
const known = (script: string): boolean => Object.hasOwn(manifest.scripts, script);

test('every script that a page names exists', () => {
  // A policy in an example calls the scripts of its own repository.
  const named = docs.flatMap(({ file, page }) =>
    [...page.spans, ...page.blocks.flatMap(({ language, text }) => (language === 'yaml' ? [] : [text]))].flatMap(
      (code) => [...code.matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, script = '']) => ({ file, script })),
    ),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter(({ script }) => !known(script))).toEqual([]);
  expect(known('gone')).toBe(false);
});

test('every subcommand that a page names exists', () => {
  // Read and not imported: the commands bring every adapter with them.
  const subcommands = filesIn('src/cli', '.ts').flatMap((file) =>
    [...read(file).matchAll(/: CliCommand = \{\s+name: '([^']+)'/g)].map(([, name]) => name),
  );
  expect(subcommands).toEqual(expect.arrayContaining(['init', 'doctor', 'run']));
  const named = docs.flatMap(({ file, page }) =>
    [...page.spans, ...page.blocks.map(({ text }) => text)].flatMap((code) =>
      [...code.matchAll(/(?:^|\s)(?:npm run )?gantry (?:-- )?([a-z][a-z:-]+)/g)].map(([, name = '']) => ({
        file,
        name,
      })),
    ),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter(({ name }) => !subcommands.includes(name))).toEqual([]);
});

test('README tells each typed command, those that are not there yet included', () => {
  const text = read('README.md');
  expect(Object.keys(commandTable).filter((name) => !text.includes(`\`/${name}`))).toEqual([]);
});

test('AGENTS.md is short', () => {
  expect(read('AGENTS.md').trimEnd().split('\n').length).toBeLessThanOrEqual(80);
});

test('every environment variable is in .env.example or in README', () => {
  const text = read('.env.example') + read('README.md');
  expect(variableNames.length).toBeGreaterThan(20);
  expect(variableNames.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});

test('every word of the glossary that is a name in the code exists there', () => {
  const named = readPage(read('docs/glossary.md')).spans.filter((span) => span.includes('#'));
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((name) => !isExported(name))).toEqual([]);
  expect(isExported('src/facts/run.ts#Nothing')).toBe(false);
});

function isExported(name: string): boolean {
  const [file = '', member = ''] = name.split('#');
  return (
    exists(file) &&
    new RegExp(`^export (async )?(type|const|function|class|interface) ${member}\\b`, 'm').test(read(file))
  );
}

const factTypes = [TicketFact, PullFact].flatMap((vocabulary) =>
  vocabulary.options.flatMap((group) => group.options.map((option) => option.shape.type.value)),
);

test('the flow names facts, commands and stages that exist', () => {
  const commandTypes = Command.options.map((option) => option.shape.type.value);
  const [diagram] = readPage(read('docs/flows/label-to-merge.md')).blocks;
  const names = [...(diagram?.text ?? '').matchAll(/\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b/g)].map(([name]) => name);
  expect(names.length).toBeGreaterThan(30);
  expect(
    names.filter((name) => name !== 'GitHub' && ![...factTypes, ...commandTypes].some((one) => one === name)),
  ).toEqual([]);
  const stages = [...(diagram?.text ?? '').matchAll(/\bstage (\w+)/g)].map(([, stage = '']) => stage);
  const stageNames = TicketStage.options.map((option) => option.shape.name.value);
  expect(stages.filter((stage) => !stageNames.some((name) => name === stage))).toEqual([]);
});

test('decisions are numbered without a gap, have three parts, and are linked', () => {
  const files = filesIn('docs/decisions', '.md').filter((file) => !file.endsWith('/README.md'));
  expect(files.length).toBeGreaterThan(10);
  expect(files.map((file) => Number(path.posix.basename(file).slice(0, 4)))).toEqual(
    files.map((_, index) => index + 1),
  );
  const { links } = readPage(read('docs/decisions/README.md'));
  for (const [index, file] of files.entries()) {
    const text = read(file);
    expect(links, file).toContain(path.posix.basename(file));
    expect(text, file).toMatch(new RegExp(`^# ${index + 1}\\. `));
    for (const part of ['Context', 'Decision', 'Consequences']) expect(text, file).toContain(`**${part}.**`);
  }
});
