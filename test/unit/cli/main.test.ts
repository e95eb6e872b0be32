import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commands, runCli } from '../../../src/cli/main.ts';
import { printable } from '../../../src/cli/printable.ts';
import { folderWith, terminal } from './terminal.ts';

test('help names every command, and each explains itself', async () => {
  const { io, out } = terminal();
  expect(await runCli([], io)).toBe(0);
  for (const { name, summary, usage } of commands) {
    expect(out.join('\n')).toContain(summary);
    expect(usage.startsWith(name)).toBe(true);
    const one = terminal();
    expect(await runCli([name, '--help'], one.io)).toBe(0);
    expect(one.out.join('\n')).toContain(`Usage: gantry ${usage}`);
  }
});

test.each([
  'simulate',
  'capture',
  'replay',
  'demo',
  '\u001b[2J',
])('%j is no command, and is told what is', async (name) => {
  const { io, err } = terminal();
  expect(await runCli([name], io)).toBe(2);
  expect(err).toEqual([expect.stringMatching(/^gantry has no command "[^\p{Cc}]+"\. It has: init, validate, doctor/u)]);
});

test('an option that does not exist shows the usage', async () => {
  const { io, err } = terminal();
  expect(await runCli(['doctor', '--colour'], io)).toBe(2);
  expect(err.join('\n')).toMatch(/--colour[\s\S]*Usage: gantry doctor/);
});

test('runs as a program, and `gantry run` ends with the code of the runner', () => {
  const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
  const run = (...args: string[]) => {
    try {
      return {
        code: 0,
        text: execFileSync(process.execPath, [main, ...args], { encoding: 'utf8', stdio: 'pipe', env: {} }),
      };
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      return { code: status, text: stderr };
    }
  };
  expect(run('help')).toMatchObject({ code: 0, text: expect.stringContaining('db:migrate') });
  expect(run('run', '--nonsense')).toMatchObject({ code: 2, text: expect.stringContaining('--nonsense') });
});

test('what a stranger wrote cannot steer the terminal', () => {
  expect(printable('a\u001b[31m\u009b2J\u202e\nb')).toBe('a\\u{1b}[31m\\u{9b}2J\\u{202e}\\u{a}b');
  expect(printable('x'.repeat(20), 5)).toBe('xxxxx…');
});

test.each([
  ['version: 1\nlayers:\n  unit:\n    run: npm test\n', 0, 'is fine: codex, layers unit'],
  ['version: 1\nlayer: {}\n', 1, 'harness.yml:2: unknown key `layer`'],
  ['version: 1\nagent: "\u001b[2J"\n', 1, 'harness.yml:2:'],
])('validate %j', async (text, code, says) => {
  const { io, out, err } = terminal({ cwd: folderWith({ '.github/harness.yml': text }) });
  expect(await runCli(['validate'], io)).toBe(code);
  expect([...out, ...err].join('\n')).toContain(says);
  expect([...out, ...err].join('')).not.toContain('\u001b');
});

test('validate says which file is missing', async () => {
  const { io, err } = terminal({ cwd: folderWith() });
  expect(await runCli(['validate', 'other.yml'], io)).toBe(1);
  expect(err.join()).toContain('other.yml cannot be read (ENOENT)');
});
