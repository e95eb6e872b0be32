import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { callerWorkflow } from '../../../../src/cli/init/caller.ts';

const given = { owner: 'acme', sha: 'a1'.repeat(20), server: 'https://gantry.example.org' };

test('the caller names the pinned workflow and the server, and has no gap left', () => {
  const text = callerWorkflow(given);
  const { jobs, permissions } = parse(text);
  expect(jobs.gantry.uses).toBe(`acme/gantry/.github/workflows/gantry.yml@${given.sha}`);
  expect(jobs.gantry.with.server).toBe(given.server);
  expect(permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  expect(text.replace(/\$\{\{[^}]*\}\}/g, '')).not.toContain('{{');
});

test('a slash at the end of the server is taken off, a path and a port stay', () => {
  expect(callerWorkflow({ ...given, server: 'https://x.example:8443/gantry/' })).toContain(
    'server: https://x.example:8443/gantry\n',
  );
  expect(callerWorkflow({ ...given, server: 'http://127.0.0.1:3000' })).toContain('server: http://127.0.0.1:3000\n');
});

test.each([
  ['owner', 'acme/evil'],
  ['owner', '-acme'],
  ['owner', 'a--b'],
  ['owner', 'a'.repeat(40)],
  ['owner', 'acme\n  run: x'],
  ['sha', 'main'],
  ['sha', 'a1'.repeat(19)],
  ['sha', `${'a1'.repeat(20)}\n`],
  ['server', 'http://gantry.example.org'],
  ['server', 'https://x.example/ # comment'],
  ['server', "https://x.example/'"],
  ['server', 'https://user:secret@x.example'],
  ['server', 'https://x.example/{{sha}}'],
  ['server', 'https://x.example/?a=1'],
  ['server', 'javascript:alert(1)'],
  ['server', ''],
] as const)('%s %j is refused by name, and nothing is filled in', (name, value) => {
  expect(() => callerWorkflow({ ...given, [name]: value })).toThrow(
    name === 'sha' ? /the pin/ : new RegExp(`^${name}`),
  );
});
