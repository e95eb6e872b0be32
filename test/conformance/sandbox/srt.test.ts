import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import { testSandbox } from '../../../adapters/sandbox/conformance.ts';
import { testApart } from '../../../adapters/sandbox/conformance-boxed.ts';
import { limits, testLimits } from '../../../adapters/sandbox/conformance-limits.ts';
import { createSrt } from '../../../adapters/sandbox/srt.ts';
import { elsewhere } from './elsewhere.ts';

const root = process.getuid?.() === 0;
const sandbox = createSrt();
const available = await sandbox.available();

const bridges: number[] = [];

/** The socat processes that srt started for a process of ours. */
const bridgesOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((child) => child !== '' && readFileSync(`/proc/${child}/comm`, 'utf8').trim() === 'socat')
    .map(Number);

test('it never claims to be a box', () => {
  expect(sandbox).toMatchObject({ name: 'srt', boxed: false });
});

describe.skipIf(!available.ok)(`srt${available.ok ? '' : ` (skipped: ${available.why})`}`, () => {
  testSandbox(sandbox);
  testApart(sandbox, {
    elsewhere(script) {
      const parent = elsewhere(script, 'srt');
      parent.stdout?.once('data', () => bridges.push(...bridgesOf(parent.pid ?? 0)));
      parent.once('exit', () => rmSync(`/tmp/srt-mux-${parent.pid}-0.sock`, { force: true }));
      return parent;
    },
  });
  afterAll(() => {
    // The proxy's bridge on the host is told by nobody that a killed parent is gone.
    expect(bridges).not.toEqual([]);
    for (const pid of bridges) process.kill(pid, 'SIGTERM');
  });

  testLimits(sandbox);

  /** Each is a rule that a box keeps. Where one of these fails, srt has become better: look at decision 38 again. */
  describe('why it is no box', () => {
    const sh = async (script: string): Promise<string> => {
      const env = () => ({ PATH: '/usr/bin:/bin' });
      const result = await sandbox.run({ mounts: [], toolchains: [], cwd: '/tmp', env, limits }, ['sh', '-c', script]);
      return result.stdout.toString().trim();
    };

    test('its root shows the host’s names, and the host’s /sys', async () => {
      const names = readdirSync('/');
      expect((await sh('ls -A /')).split('\n')).toEqual(expect.arrayContaining(names));
      expect(await sh('ls /sys/kernel')).not.toBe('');
    });

    test('it shares the host’s name and its System V memory', async () => {
      expect(await sh('uname -n')).toBe(hostname());
      const made = /id: (\d+)|(\d+)$/.exec(execFileSync('ipcmk', ['-M', '4096'], { encoding: 'utf8' }).trim());
      const id = made?.[1] ?? made?.[2] ?? '';
      try {
        expect(await sh('ipcs -m')).toContain(` ${id} `);
      } finally {
        execFileSync('ipcrm', ['-m', id]);
      }
    });

    test('a proxy of its own listens in there, on a third socket', async () => {
      expect(await sh('cat /proc/net/tcp /proc/net/tcp6 | grep -c ":0C38 .* 0A "')).not.toBe('0');
    });

    test.skipIf(!root)(
      `as root, the kernel’s settings can be written${root ? '' : ' (skipped: this is not root)'}`,
      async () => {
        expect(await sh('test -w /proc/sys/kernel/core_pattern && echo writable')).toBe('writable');
      },
    );
  });
});
