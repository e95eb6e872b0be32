// What every sandbox promises; run for each implementation by test/conformance/sandbox.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from './conformance-limits.ts';
import { alive, outliving, uniqueSeconds } from './conformance-tools.ts';
import type { Box, BoxResult, Sandbox } from './contract.ts';

const path = { PATH: '/usr/local/bin:/usr/bin:/bin' };

export const testSandbox = (sandbox: Sandbox): void => {
  let root: string;
  let socket: string;
  const server = createServer((request, response) => response.end(`model ${request.method} ${request.url}`));

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-test-')));
    socket = join(root, 'model.sock');
    await new Promise<void>((resolve) => server.listen(socket, resolve));
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(root, { recursive: true, force: true });
  });

  const workspace = (): string => realpathSync(mkdtempSync(join(root, 'ws-')));
  const boxed = (part: Partial<Box> = {}): Box => {
    const cwd = part.cwd ?? workspace();
    return { mounts: [{ path: cwd, writable: true }], toolchains: [], cwd, env: () => path, limits, ...part };
  };
  const sh = (script: string, part?: Partial<Box>, io?: Parameters<Sandbox['run']>[2]): Promise<BoxResult> =>
    sandbox.run(boxed(part), ['sh', '-c', script], io);

  describe('result', () => {
    test('exit code, standard output and standard error are the command’s', async () => {
      const result = await sh('echo out; echo err >&2; exit 7');
      expect(result).toMatchObject({ exitCode: 7, signal: null, timedOut: false, cancelled: false, truncated: false });
      expect([result.stdout.toString(), result.stderr.toString()]).toEqual(['out\n', 'err\n']);
    });

    test('a signal ends the command', async () => {
      expect(await sh('kill -TERM $$')).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
    });

    test('a command that does not exist ends with 127', async () => {
      expect(await sandbox.run(boxed(), ['no-such-command'])).toMatchObject({ exitCode: 127 });
    });

    test('standard input is what was given, and empty otherwise', async () => {
      const given = await sh('cat', {}, { stdin: Buffer.from('abc\0def') });
      expect(given.stdout.toString()).toBe('abc\0def');
      expect((await sh('cat')).stdout.length).toBe(0);
    });

    test('a large input is passed on whole', async () => {
      const result = await sh('wc -c', {}, { stdin: Buffer.alloc(5_000_000, 'x') });
      expect(result.stdout.toString().trim()).toBe('5000000');
    });

    test('an input that nobody reads does not fail the run', async () => {
      expect(await sh('exit 0', {}, { stdin: Buffer.alloc(5_000_000) })).toMatchObject({ exitCode: 0 });
    });
  });

  describe('surroundings', () => {
    test('the environment is exactly what was given', async () => {
      const box = boxed({ env: () => ({ ...path, ONE: 'a\nb', TWO: '' }) });
      const result = await sandbox.run(box, ['env', '-0']);
      expect(result.stdout.toString().split('\0').filter(Boolean).sort()).toEqual([
        'ONE=a\nb',
        `PATH=${path.PATH}`,
        'TWO=',
      ]);
    });

    test('the command starts in cwd and writes there', async () => {
      const cwd = workspace();
      const result = await sh('pwd; echo hello > file', { cwd });
      expect(result.stdout.toString().trim()).toBe(cwd);
      expect(existsSync(join(cwd, 'file'))).toBe(true);
    });

    test('home and temporary directory exist, are writable and start empty', async () => {
      const env: Box['env'] = ({ home, tmp }) => ({ ...path, HOME: home, TMPDIR: tmp });
      const result = await sh('ls -A "$HOME"; echo x > "$HOME/a" && echo x > "$TMPDIR/b" && echo wrote', { env });
      expect(result.stdout.toString()).toBe('wrote\n');
    });

    test('a home that was given is used and kept', async () => {
      const home = workspace();
      writeFileSync(join(home, 'before'), 'x');
      const result = await sh('cat "$HOME/before"; echo y > "$HOME/after"', {
        home,
        env: (inside) => ({ ...path, HOME: inside.home }),
      });
      expect(result.stdout.toString()).toBe('x');
      expect(existsSync(join(home, 'after'))).toBe(true);
    });

    test('the model socket is reachable at its URL', async () => {
      const seen: Record<string, string | undefined>[] = [];
      const result = await sandbox.run(
        boxed({
          modelSocket: socket,
          toolchains: [process.execPath],
          env: ({ modelUrl, proxyUrl }) => {
            seen.push({ modelUrl, proxyUrl });
            return { ...path, URL: modelUrl ?? '' };
          },
        }),
        [process.execPath, '-e', 'fetch(process.env.URL + "/v1/x").then((r) => r.text()).then(console.log)'],
      );
      expect(result.stdout.toString().trim()).toBe('model GET /v1/x');
      expect(seen).toEqual([{ modelUrl: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), proxyUrl: undefined }]);
    });
  });

  describe('limits', () => {
    test('the end of a long output is kept, and listeners see all of it', async () => {
      let heard = 0;
      const result = await sh(
        'head -c 3000000 /dev/zero; echo end',
        {},
        {
          stdout: (chunk) => {
            heard += chunk.length;
          },
        },
      );
      expect(result).toMatchObject({ exitCode: 0, truncated: true });
      expect(result.stdout.length).toBe(limits.outputBytes);
      expect(result.stdout.toString().endsWith('end\n')).toBe(true);
      expect(heard).toBe(3_000_004);
    });

    test('an output without end stops with the wall clock', async () => {
      const result = await sh('yes', { limits: { ...limits, wallSeconds: outliving(await sh('true')) } });
      expect(result).toMatchObject({ exitCode: null, timedOut: true, cancelled: false, truncated: true });
    });

    test('the wall clock leaves no process behind', async () => {
      const mark = uniqueSeconds();
      const wallSeconds = outliving(await sh('true'));
      const result = await sh(`sleep ${mark} & echo up; sleep ${mark}`, { limits: { ...limits, wallSeconds } });
      expect(result).toMatchObject({ timedOut: true, exitCode: null });
      expect(result.stdout.toString()).toBe('up\n');
      expect(await alive(mark)).toBe(false);
    });

    test('writing more than the disk limit in many files ends the box, and no process is left', async () => {
      const mark = uniqueSeconds();
      const fill =
        'mkdir -p deep/er; i=0; while [ $i -lt 8 ]; do head -c 1000000 /dev/zero > deep/er/$i; i=$((i+1)); done';
      const result = await sh(`sleep ${mark} & ${fill}; sleep ${mark}`, {
        limits: { ...limits, diskBytes: 4_000_000 },
      });
      expect(result).toMatchObject({ overDisk: true, exitCode: null, timedOut: false, cancelled: false });
      expect(await alive(mark)).toBe(false);
    });

    test('a box that leaves more than the disk limit is told, however short it was', async () => {
      const small = { ...limits, diskBytes: 1_000_000 };
      expect(await sh('head -c 2000000 /dev/zero > big', { limits: small })).toMatchObject({
        overDisk: true,
        exitCode: null,
      });
    });

    test('what is too deep to be counted is told', async () => {
      const cwd = workspace();
      const deeper = `const name = 'n'.repeat(200);
        for (let depth = 0; depth < 25; depth++) { fs.mkdirSync(name); process.chdir(name); }`;
      const result = await sandbox.run(boxed({ cwd, toolchains: [process.execPath] }), [
        process.execPath,
        '-e',
        deeper,
      ]);
      // Node removes no path that is too long.
      spawnSync('rm', ['-rf', cwd]);
      expect(result).toMatchObject({
        exitCode: 0,
        overDisk: false,
        unenforced: { diskBytes: expect.stringMatching(/a path is too long/) },
      });
    });

    test('a home that was given counts, and what is there only once counts once', async () => {
      const home = workspace();
      const env: Box['env'] = (inside) => ({ ...path, HOME: inside.home });
      const fill =
        'head -c 3000000 /dev/zero > "$HOME/a"; for n in b c d e; do ln "$HOME/a" "$HOME/$n"; done; ln -s / "$HOME/root"';
      const small = { ...limits, diskBytes: 4_000_000 };
      expect(await sh(`${fill}; sleep 3; echo done`, { home, env, limits: small })).toMatchObject({
        overDisk: false,
        exitCode: 0,
      });
      const more = await sh('head -c 3000000 /dev/zero > "$HOME/f"; sleep 60', { home, env, limits: small });
      expect(more).toMatchObject({ overDisk: true });
    });

    test('abort leaves no process behind', async () => {
      const mark = uniqueSeconds();
      const controller = new AbortController();
      const result = await sh(
        `sleep ${mark} & echo up; sleep ${mark}`,
        {},
        { signal: controller.signal, stdout: () => controller.abort() },
      );
      expect(result).toMatchObject({ cancelled: true, timedOut: false, exitCode: null });
      expect(await alive(mark)).toBe(false);
    });

    test('a signal that was aborted before runs nothing to its end', async () => {
      const mark = uniqueSeconds();
      const result = await sh(`sleep ${mark}`, {}, { signal: AbortSignal.abort() });
      expect(result).toMatchObject({ cancelled: true });
      expect(await alive(mark)).toBe(false);
    });

    test('a background process ends with the command', async () => {
      const mark = uniqueSeconds();
      expect(await sh(`sleep ${mark} & exit 0`)).toMatchObject({ exitCode: 0 });
      expect(await alive(mark)).toBe(false);
    });

    test('a listener that throws kills the command and rejects', async () => {
      const mark = uniqueSeconds();
      const stdout = () => {
        throw new RangeError('enough');
      };
      await expect(sh(`echo up; sleep ${mark}`, {}, { stdout })).rejects.toThrow(RangeError);
      expect(await alive(mark)).toBe(false);
    });
  });
};
