// Names of files and folders: kebab-case, and none that says nothing about what is inside.
import { expect, test } from 'vitest';
import { AgentName } from '../../src/facts/policy.ts';
import { filesIn, shipped, testCode } from './project-files.ts';

/** Alone or as the last word: `text-helper` says as little as `helper`, `base-digest` is about the base of a branch. */
const empty = /(^|-)(util|utilitie|helper|common|shared|misc|base|manager|service)s?$/;
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;
/** Dots separate what a file is from its kind: `claude-code.test.ts`, `autocannon.d.ts`. */
const stems = (segment: string): string[] => segment.split('.').slice(0, 1);

/** Agents are spelled in the policy with "_", and their folders are the registry of those names. */
const isAgentFolder = (segment: string): boolean => AgentName.options.some((name) => name === segment);

function problems(file: string): string[] {
  const segments = file.split('/').flatMap(stems);
  return segments.flatMap((segment) => {
    if (empty.test(segment)) return [`${file}: "${segment}" says nothing`];
    return kebab.test(segment) || isAgentFolder(segment) ? [] : [`${file}: "${segment}" is not kebab-case`];
  });
}

test('every file of code has a name that says what is inside', () => {
  const files = [...shipped(), ...testCode()];
  expect(files.length).toBeGreaterThan(400);
  expect(files.flatMap(problems)).toEqual([]);
});

test('documents are kebab-case too', () => {
  const files = filesIn('docs');
  expect(files.length).toBeGreaterThan(20);
  const readable = files.map((file) => file.replace(/\/README\.md$/, ''));
  expect(readable.flatMap(problems)).toEqual([]);
});

test.each([
  ['src/utils/text.ts', ['src/utils/text.ts: "utils" says nothing']],
  ['src/render/text-helper.ts', ['src/render/text-helper.ts: "text-helper" says nothing']],
  ['checks/base.ts', ['checks/base.ts: "base" says nothing']],
  ['src/effects/gather/base-digest.ts', []],
  ['src/loop/runManager.ts', ['src/loop/runManager.ts: "runManager" is not kebab-case']],
  ['adapters/agent/gemini_cli/parse.ts', []],
  ['adapters/git/text_diff.ts', ['adapters/git/text_diff.ts: "text_diff" is not kebab-case']],
])('%s', (file, expected) => {
  expect(problems(file)).toEqual(expected);
});
