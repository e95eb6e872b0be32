import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createBubblewrap } from '../../../adapters/sandbox/bubblewrap.ts';
import { testSandbox } from '../../../adapters/sandbox/conformance.ts';
import { testBox } from '../../../adapters/sandbox/conformance-boxed.ts';
import { testLimits } from '../../../adapters/sandbox/conformance-limits.ts';
import { alive, uniqueSeconds } from '../../../adapters/sandbox/conformance-tools.ts';
import { elsewhere } from './elsewhere.ts';

const sandbox = createBubblewrap();
const available = await sandbox.available();
const skip = available.ok ? '' : ` (skipped: ${available.why})`;

/** Pid of our child whose command line starts with bubblewrap. */
const bubblewrapOf = (parent: number): number | undefined =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        return stat.includes('(bwrap)') && stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(parent);
      } catch {
        return false; // ended meanwhile
      }
    });

describe.skipIf(!available.ok)(`bubblewrap${skip}`, () => {
  testSandbox(sandbox);
  testBox(sandbox, { elsewhere: (script) => elsewhere(script, 'bubblewrap') });
  testLimits(sandbox);

  test('SIGKILL of bubblewrap itself leaves no survivor', async () => {
    const mark = uniqueSeconds();
    const limits = {
      wallSeconds: 30,
      memoryBytes: 2 ** 29,
      cpus: 1,
      processes: 64,
      fileBytes: 2 ** 20,
      diskBytes: 2 ** 29,
      outputBytes: 4_096,
    };
    const command = ['sh', '-c', `setsid -f sleep ${mark}; echo up; sleep ${mark}`];
    const box = { mounts: [], toolchains: [], cwd: '/tmp', env: () => ({ PATH: '/usr/bin:/bin' }), limits };
    const result = await sandbox.run(box, command, {
      stdout: () => {
        const pid = bubblewrapOf(process.pid);
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
      },
    });
    expect(result).toMatchObject({ timedOut: false, cancelled: false });
    expect(result.exitCode).not.toBe(0);
    expect(await alive(mark)).toBe(false);
  });

  test('nothing of the box shows in the host’s process list', async () => {
    const limits = {
      wallSeconds: 30,
      memoryBytes: 2 ** 29,
      cpus: 1,
      processes: 64,
      fileBytes: 2 ** 20,
      diskBytes: 2 ** 29,
      outputBytes: 4_096,
    };
    const env = () => ({ PATH: '/usr/bin:/bin', RUN_TOKEN: 'canary-in-the-environment' });
    let seen: boolean | undefined;
    await sandbox.run({ mounts: [], toolchains: [], cwd: '/tmp', env, limits }, ['sh', '-c', 'echo up; sleep 1'], {
      stdout: () => {
        seen = readdirSync('/proc').some((name) => {
          try {
            return (
              /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('canary-in-the-environment')
            );
          } catch {
            return false; // ended meanwhile
          }
        });
      },
    });
    expect(seen).toBe(false);
  });
});
