// `npm run stack` as a person runs it: it becomes ready, the runner's side knows no secret, and Ctrl-C leaves nothing behind.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createBubblewrap } from '../../../adapters/sandbox/bubblewrap.ts';
import { root } from '../../scene/our-repository.ts';
import { until } from '../../scene/until.ts';
import { findRedis } from '../../stack/redis.ts';

const box = await createBubblewrap().available();
if (!box.ok) console.warn(`the stack cannot be started here: ${box.why}`);

const folder = mkdtempSync(path.join(tmpdir(), 'gantry-stack-test-'));
// As root the database runs as a user of its own, who must get through.
chmodSync(folder, 0o755);
let stack: ChildProcess | undefined;
afterEach(async () => {
  if (stack?.exitCode === null) stack.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

type Row = { pid: number; parent: number; command: string };

/** Every process of this machine that has not ended. */
const processes = (): Row[] =>
  readdirSync('/proc').flatMap((name) => {
    try {
      const [, state, parent] = /^\d+ \(.*\) (\S) (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      if (parent === undefined || state === 'Z') return [];
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number(name), parent: Number(parent), command }];
    } catch {
      // No process, or it ended while it was read.
      return [];
    }
  });

function below(pid: number, all = processes()): Row[] {
  const children = all.filter(({ parent }) => parent === pid);
  return [...children, ...children.flatMap((child) => below(child.pid, all))];
}

const environmentOf = ({ pid }: Row): string[] =>
  readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .filter((entry) => entry !== '');

test.skipIf(!box.ok)(
  `it starts, is ready, and stops without survivors${box.ok ? '' : `: no box here, ${box.why}`}`,
  async () => {
    let said = '';
    stack = spawn(process.execPath, ['--import', './require-node.mjs', 'test/stack/main.ts'], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        TMPDIR: folder,
        GANTRY_AGENTS_DIR: folder,
        LINEAR_API_KEY: 'not-for-the-runner',
      },
    });
    stack.stdout?.on('data', (piece) => {
      said += piece;
    });
    stack.stderr?.on('data', (piece) => {
      said += piece;
    });
    await until('the stack to be ready', () => said.includes('\nReady.') || stack?.exitCode !== null);
    expect(stack.exitCode, said).toBeNull();
    const [, url = '', token = ''] = /^app {9}(\S+) .*token ([0-9a-f]+)\)$/m.exec(said) ?? [];
    const answer = await fetch(`${url}/ready`, { headers: { authorization: `Bearer ${token}` } });
    expect([answer.status, await answer.json()], said).toMatchObject([200, { status: 'ready' }]);
    expect(said).toContain('IS NOT GITHUB');
    expect(said).toMatch(findRedis() === undefined ? /redis {7}not installed/ : /redis {7}redis:\/\/127\.0\.0\.1:\d+/);

    const parts = below(stack.pid ?? 0);
    const partOf = (name: string) => parts.find(({ command }) => command.includes(name));
    const [app, github] = [partOf('src/main.ts'), partOf('world-process.ts')];
    expect(partOf('postgres-process.ts')).toBeDefined();
    expect(partOf('redis-server') === undefined).toBe(findRedis() === undefined);
    const names = (row: Row | undefined) => (row ? environmentOf(row).map((entry) => entry.split('=')[0]) : []);
    expect(names(app)).toEqual(expect.arrayContaining(['PRIVATE_KEY', 'WEBHOOK_SECRET', 'DATABASE_URL', 'API_TOKENS']));
    expect(names(github).sort()).toEqual(['HOME', 'LANG', 'PATH', 'TMPDIR']);
    expect(github?.command).not.toMatch(/postgres:|PRIVATE|not-for-the-runner|token/i);

    stack.kill('SIGINT');
    await until('the stack to end', () => stack?.exitCode !== null || stack.signalCode !== null);
    expect([stack.exitCode, stack.signalCode]).toEqual([0, null]);
    const alive = new Set(processes().map(({ pid, command }) => `${pid} ${command}`));
    expect(parts.length).toBeGreaterThan(5);
    expect(parts.filter(({ pid, command }) => alive.has(`${pid} ${command}`))).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  },
);
