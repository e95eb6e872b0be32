// Limits of a real box: each holds, or the result names it as unenforced.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Box, BoxResult, Limits, Sandbox } from './contract.ts';

export const limits = {
  wallSeconds: 30,
  memoryBytes: 2 ** 29,
  cpus: 1,
  processes: 64,
  fileBytes: 2 ** 24,
  diskBytes: 2 ** 30,
  outputBytes: 65_536,
};

export const testLimits = (sandbox: Sandbox): void => {
  const run = async (command: readonly string[], part: Partial<Box> = {}): Promise<BoxResult> => {
    const cwd = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-test-')));
    const mounts = [{ path: cwd, writable: true }];
    const env = () => ({ PATH: '/usr/local/bin:/usr/bin:/bin' });
    try {
      return await sandbox.run({ mounts, toolchains: [process.execPath], cwd, env, limits, ...part }, command);
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  };
  const sh = (script: string, part?: Partial<Box>) => run(['sh', '-c', script], part);
  const js = (script: string, part?: Partial<Box>) => run([process.execPath, '-e', script], part);
  const lines = (result: BoxResult) => result.stdout.toString().split('\n').filter(Boolean);

  describe('limits hold, or the result says which do not', () => {
    const unless = (result: BoxResult, limit: keyof Limits, check: () => void) => {
      if (result.unenforced[limit] === undefined) check();
      else expect(result.unenforced[limit]).toMatch(/\.$/);
    };

    test('memory', async () => {
      const result = await js(
        'const all = []; for (let i = 0; i < 40; i++) all.push(Buffer.alloc(5e7, 1)); console.log("got it all")',
      );
      unless(result, 'memoryBytes', () => expect(result.stdout.toString()).toBe(''));
    });

    test('memory of the private directories', async () => {
      const result = await sh(
        'for i in 1 2 3 4 5 6 7 8 9; do for d in /tmp /home/agent /dev/shm; do head -c 16000000 /dev/zero > $d/$i || exit 9; done; done 2>/dev/null; echo all',
        { limits: { ...limits, memoryBytes: 2 ** 27 } },
      );
      unless(result, 'memoryBytes', () => expect(result.stdout.toString()).toBe(''));
    });

    test('disk: a private directory holds no more than that', async () => {
      const result = await sh(
        'for d in /tmp /home/agent; do head -c 3000000 /dev/zero > $d/big 2>/dev/null; wc -c < $d/big; done',
        { limits: { ...limits, diskBytes: 2 ** 20 } },
      );
      unless(result, 'diskBytes', () => {
        for (const size of lines(result)) expect(Number(size)).toBeLessThanOrEqual(2 ** 20);
        expect(lines(result)).toHaveLength(2);
      });
    });

    test('processes', async () => {
      const result = await sh('i=0; while [ $i -lt 400 ]; do sleep 20 & i=$((i+1)); done; echo started all', {
        limits: { ...limits, wallSeconds: 5 },
      });
      unless(result, 'processes', () => expect(result.stdout.toString()).toBe(''));
    });

    test('processor time', async () => {
      const result = await js(
        'const end = Date.now() + 1500; while (Date.now() < end); const { user, system } = process.cpuUsage(); console.log((user + system) / 1500_000)',
        { limits: { ...limits, cpus: 0.3 } },
      );
      unless(result, 'cpus', () => expect(Number(result.stdout.toString())).toBeLessThan(0.6));
    });

    test('size of a file', async () => {
      const result = await sh('head -c 20000000 /dev/zero > big; wc -c < big');
      unless(result, 'fileBytes', () => expect(Number(lines(result).at(-1))).toBeLessThanOrEqual(limits.fileBytes));
    });
  });
};
