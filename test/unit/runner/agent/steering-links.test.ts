import { expect, test } from 'vitest';
import { anyOf } from '../../../../src/config/glob.ts';
import { withTargets } from '../../../../src/runner/agent/steering-links.ts';

const byName = anyOf(['**/AGENTS.md', '**/.codex/**'], { ignoreCase: true });

test.each<[string, Record<string, string>, string[], string[]]>([
  ['no link', {}, ['AGENTS.md'], ['CLAUDE.md']],
  ['to a file', { 'AGENTS.md': 'CLAUDE.md' }, ['CLAUDE.md'], ['src/CLAUDE.md', 'README.md']],
  ['from below', { 'src/AGENTS.md': '../doc/./agents.txt' }, ['doc/agents.txt'], ['src/doc/agents.txt', 'doc/b']],
  ['to a folder', { '.codex': 'tools/codex' }, ['tools/codex', 'tools/codex/a/b'], ['tools/codex2/a', 'tools/b']],
  ['through a link', { 'AGENTS.md': 'a/b.md', a: 'c' }, ['a', 'c/b.md'], ['c/d.md']],
  ['to a link', { 'AGENTS.md': 'a.md', 'a.md': 'b/c.md', 'b/c.md': 'd.md' }, ['a.md', 'b/c.md', 'b/d.md'], ['d.md']],
  ['to a folder with a link', { '.codex': 'x', 'x/one': '../y/two' }, ['x/one', 'y/two'], ['y/three']],
  ['through what may become one', { 'AGENTS.md': 'a/b/c.md' }, ['a', 'a/b', 'a/b/c.md'], ['a/b/d.md', 'a/d']],
  ['to the root', { '.codex': '.' }, ['anything', 'at/all'], []],
  ['out of the repository', { 'AGENTS.md': '../CLAUDE.md', 'src/AGENTS.md': '/CLAUDE.md' }, [], ['CLAUDE.md']],
  ['in a circle', { 'AGENTS.md': 'a', a: 'b', b: 'a' }, ['a', 'b'], ['c']],
  ['that does not steer', { 'README.md': 'a.md' }, [], ['a.md', 'README.md']],
])('%s', (_, links, held, free) => {
  const steers = withTargets(byName, new Map(Object.entries(links)));
  expect(held.filter((path) => !steers(path))).toEqual([]);
  expect(free.filter(steers)).toEqual([]);
});
