// What a real box promises beyond the contract of every sandbox: the command is hostile and gets nothing.
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bug, Permanent } from '../../src/errors.ts';
import { limits } from './conformance-limits.ts';
import { type RootKind, testRoot } from './conformance-root.ts';
import { alive, outliving, uniqueSeconds } from './conformance-tools.ts';
import type { Box, BoxResult, Sandbox } from './contract.ts';

const path = { PATH: '/usr/local/bin:/usr/bin:/bin' };

const listen = (server: Server, address: string | { port: number; host: string }): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });

export type BoxKind = RootKind & {
  /** Starts, in a process of its own that lives until it is killed, a box that runs the script. */
  elsewhere: (script: string) => ChildProcess;
};

export const testBox = (sandbox: Sandbox, kind: BoxKind): void => {
  testRoot(sandbox, kind);
  testApart(sandbox, kind);
};

/** What holds whatever the command can read: it sees no process, network and file of anybody else, and leaves nothing. */
export const testApart = (sandbox: Sandbox, { elsewhere }: Pick<BoxKind, 'elsewhere'>): void => {
  let root: string;
  beforeAll(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-test-')));
    writeFileSync(join(root, 'secret'), 'host-canary');
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const workspace = (): string => realpathSync(mkdtempSync(join(root, 'ws-')));
  const run = (command: readonly string[], part: Partial<Box> = {}): Promise<BoxResult> => {
    const cwd = part.cwd ?? workspace();
    const box: Box = {
      mounts: [{ path: cwd, writable: true }],
      toolchains: [process.execPath],
      cwd,
      env: () => path,
      limits,
    };
    return sandbox.run({ ...box, ...part }, command);
  };
  const sh = (script: string, part?: Partial<Box>) => run(['sh', '-c', script], part);
  const js = (script: string, part?: Partial<Box>) => run([process.execPath, '-e', script], part);
  const lines = (result: BoxResult) => result.stdout.toString().split('\n').filter(Boolean);

  describe('the host is not there', () => {
    test('links in the workspace lead nowhere', async () => {
      const cwd = workspace();
      symlinkSync(join(root, 'secret'), join(cwd, 'file'));
      symlinkSync(root, join(cwd, 'directory'));
      const result = await sh('cat file directory/secret; echo x > directory/planted; ls', { cwd });
      expect(lines(result)).toEqual(['directory', 'file']);
      expect(existsSync(join(root, 'planted'))).toBe(false);
    });

    test('a mount that an earlier box turned into a link is refused', async () => {
      const cwd = workspace();
      const inner = join(cwd, 'inner');
      await sh(`ln -s ${root} inner`, { cwd });
      const mounts = [cwd, inner].map((mount) => ({ path: mount, writable: true }));
      await expect(sh('ls inner', { cwd, mounts })).rejects.toThrow(Bug);
    });

    test('no process of the host is visible, and no environment but its own', async () => {
      process.env.GANTRY_TEST_CANARY = 'parent-canary';
      const result = await sh('cat /proc/[0-9]*/environ | tr "\\0" "\\n"; echo; ls /proc | grep -c "^[0-9]"');
      delete process.env.GANTRY_TEST_CANARY;
      expect(result.stdout.toString()).not.toContain('parent-canary');
      expect(Number(lines(result).at(-1))).toBeLessThan(12);
    });

    test('no descriptor of the host is open', async () => {
      const open = lines(await sh('ls /proc/self/fd'));
      // The fourth is the listing itself.
      expect(open).toEqual(['0', '1', '2', '3']);
    });

    test('another box is not visible', async () => {
      const [one, two] = await Promise.all([
        sh('echo mine > /tmp/one; for i in 1 2 3 4 5; do ls /tmp | grep -x -e one -e two; done'),
        sh('echo mine > /tmp/two; for i in 1 2 3 4 5; do ls /tmp | grep -x -e one -e two; done'),
      ]);
      expect(new Set(lines(one))).toEqual(new Set(['one']));
      expect(new Set(lines(two))).toEqual(new Set(['two']));
    });
  });

  describe('privileges', () => {
    test('no capability, no new privileges, no nested namespaces', async () => {
      const status = (await sh('grep -E "^(Cap...|NoNewPrivs|Uid):" /proc/self/status')).stdout.toString();
      expect(status.match(/^Cap...:\s+0{16}$/gm)).toHaveLength(5);
      expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
      const nested = await sh(
        'unshare -Ur true && echo nested; unshare -m true && echo mounts; mount -t tmpfs x /tmp && echo mounted',
      );
      expect(nested.stdout.toString()).toBe('');
    });
  });

  describe('network', () => {
    test('neither the host’s loopback nor any address is reachable', async () => {
      const server = createServer((socket) => socket.end('host'));
      await listen(server, { port: 0, host: '127.0.0.1' });
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : 0;
      const result = await js(`
        const net = require('net');
        for (const [host, port] of [['127.0.0.1', ${port}], ['1.1.1.1', 443], ['169.254.169.254', 80], ['::1', ${port}]])
          net.connect({ host, port, timeout: 2000 }).on('connect', function () { console.log('reached', host); this.destroy() })
            .on('timeout', function () { this.destroy() }).on('error', () => {});
        require('dns').lookup('example.com', (error, found) => found && console.log('resolved'));`);
      server.close();
      expect(result).toMatchObject({ exitCode: 0 });
      expect(result.stdout.toString()).toBe('');
    });

    test('abstract and named sockets of the host are out of reach', async () => {
      const servers = [`\0gantry-${process.pid}`, join(root, 'host.sock')].map((name) => ({
        name,
        server: createServer((socket) => socket.end('host')),
      }));
      await Promise.all(servers.map(({ name, server }) => listen(server, name)));
      const result = await js(
        `for (const path of ${JSON.stringify(servers.map(({ name }) => name))}) require('net').connect({ path }).on('connect', () => console.log('reached')).on('error', () => {}).unref()`,
      );
      for (const { server } of servers) server.close();
      expect(result.stdout.toString()).toBe('');
    });
  });

  describe('no survivor', () => {
    const daemon = (mark: string) => `setsid -f sh -c 'exec >/dev/null 2>&1 </dev/null; sleep ${mark}'; `;

    test('a process that left its session ends with the command', async () => {
      const mark = uniqueSeconds();
      expect(await sh(`${daemon(mark)} exit 0`)).toMatchObject({ exitCode: 0 });
      expect(await alive(mark)).toBe(false);
    });

    test('and with the wall clock', async () => {
      const mark = uniqueSeconds();
      const wallSeconds = outliving(await sh('true'));
      const result = await sh(`${daemon(mark)} echo up; sleep ${mark}`, { limits: { ...limits, wallSeconds } });
      expect(result.timedOut).toBe(true);
      expect(lines(result)).toEqual(['up']);
      expect(await alive(mark)).toBe(false);
    });

    test('a parent that is killed takes the box with it', async () => {
      const mark = uniqueSeconds();
      const parent = elsewhere(`${daemon(mark)} trap '' TERM HUP INT; echo up; sleep ${mark}; sleep ${mark}`);
      await new Promise((up, failed) => parent.stdout?.once('data', up) ?? failed());
      expect(await alive(mark)).toBe(true);
      parent.kill('SIGKILL');
      await expect.poll(() => alive(mark), { timeout: 10_000 }).toBe(false);
    });

    test('killing the supervisor ends the box without a result of its own', async () => {
      const mark = uniqueSeconds();
      const result = await sh(`${daemon(mark)} kill -9 $PPID; sleep ${mark}`);
      expect(result.exitCode).not.toBe(0);
      expect(await alive(mark)).toBe(false);
    });
  });

  describe('a box that cannot be built', () => {
    test('a missing mount is our mistake', async () => {
      await expect(sh('true', { cwd: join(root, 'missing') })).rejects.toThrow(Bug);
    });

    test('a working directory that is not mounted is told, not run', async () => {
      const other = join(root, 'other');
      mkdirSync(other, { recursive: true });
      await expect(sh('true', { mounts: [], cwd: other })).rejects.toThrow(Permanent);
    });
  });
};
