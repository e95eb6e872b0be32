// The root of a real box is an allow-list, and all of it is the kernel's or read-only (trust.md 5).
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from './conformance-limits.ts';
import type { Box, BoxResult, Sandbox } from './contract.ts';

const path = { PATH: '/usr/local/bin:/usr/bin:/bin' };

export type RootKind = {
  /** What this kind of box has in its root beside the common directories. */
  system?: readonly string[];
};

export const testRoot = (sandbox: Sandbox, { system = [] }: RootKind): void => {
  let root: string;
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-test-')));
    writeFileSync(join(root, 'secret'), 'host-canary');
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const workspace = (): string => realpathSync(mkdtempSync(join(root, 'ws-')));
  const sh = (script: string, part: Partial<Box> = {}): Promise<BoxResult> => {
    const cwd = part.cwd ?? workspace();
    const mounts = [{ path: cwd, writable: true }];
    const box: Box = { mounts, toolchains: [process.execPath], cwd, env: () => path, limits };
    return sandbox.run({ ...box, ...part }, ['sh', '-c', script]);
  };
  const lines = (result: BoxResult) => result.stdout.toString().split('\n').filter(Boolean);

  describe('the root', () => {
    test('the root holds the allow-list and the mounts only', async () => {
      const common = 'bin dev etc home lib lib32 lib64 libx32 proc run sbin tmp usr var'.split(' ');
      const known = [...common, ...system];
      const own = [root, process.execPath].map((name) => name.split('/')[1]);
      const seen = lines(await sh('ls -A /'));
      expect(seen.filter((name) => !known.includes(name) && !own.includes(name))).toEqual([]);
    });

    test('what lies beside a mount, host accounts and keys cannot be read', async () => {
      const result = await sh(
        `cat ${root}/secret /etc/shadow /root/.bashrc; ls /etc/ssl/private /var/lib${system.includes('sys') ? '' : ' /sys'}`,
      );
      expect(result.stdout.toString()).toBe('');
      expect((await sh('cat /etc/passwd')).stdout.toString().split('\n').length).toBeLessThan(5);
    });
  });

  describe('nothing outside the mounts can be written', () => {
    test('system directories, read-only mounts and the root', async () => {
      const readOnly = workspace();
      const cwd = workspace();
      const mounts = [
        { path: cwd, writable: true },
        { path: readOnly, writable: false },
      ];
      const targets = ['/new', '/usr/new', '/usr/bin/env', '/etc/passwd', `${readOnly}/new`, '/run/gantry/node'];
      const result = await sh(
        `for f in ${targets.join(' ')}; do (echo x >> $f) 2>/dev/null && echo $f; done; echo x > ${root}/new; rm -rf ${root} 2>/dev/null; true`,
        { cwd, mounts },
      );
      expect(lines(result)).toEqual([]);
      expect(readFileSync(join(root, 'secret'), 'utf8')).toBe('host-canary');
      expect(existsSync(join(root, 'new'))).toBe(false);
    });

    test('kernel settings, also where the parent is root', async () => {
      const before = readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
      const result = await sh(
        `find /proc/sys /proc/irq /proc/bus -type f -writable 2>/dev/null | head; for f in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/self/../sys/kernel/core_pattern; do (printf '${before.trim()}' > $f) 2>/dev/null && echo "$f written"; done; true`,
      );
      expect(lines(result)).toEqual([]);
    });
  });
};
