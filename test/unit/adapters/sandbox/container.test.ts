import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createContainer } from '../../../../adapters/sandbox/container.ts';
import { containerArguments } from '../../../../adapters/sandbox/container-arguments.ts';
import type { Engine } from '../../../../adapters/sandbox/container-engine.ts';
import type { Box } from '../../../../adapters/sandbox/contract.ts';
import { Bug, Permanent } from '../../../../src/errors.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'gantry,test-')));
const plain = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-test-')));
afterAll(() => {
  for (const folder of [root, plain]) rmSync(folder, { recursive: true });
});

const limits = {
  wallSeconds: 10,
  memoryBytes: 1e9,
  cpus: 1.5,
  processes: 100,
  fileBytes: 1e6,
  diskBytes: 2e9,
  outputBytes: 10,
};
const box: Box = {
  mounts: [{ path: plain, writable: true }],
  toolchains: [],
  cwd: plain,
  env: () => ({ RUN: 'canary' }),
  limits,
};
const place = { name: 'n', image: 'i@sha256:0', node: '/n/node', controlSocket: '/c.sock', seccomp: '/s.json' };
const docker: Engine = {
  kind: 'docker',
  program: '/usr/bin/docker',
  identity: ['--user=1001:1001'],
  enforced: new Set(['memoryBytes', 'processes', 'cpus']),
};
const podman: Engine = { ...docker, kind: 'podman', identity: ['--userns=keep-id'], seccomp: '{}' };

describe('what every engine is told', () => {
  test.each([docker, podman])('$kind', (engine) => {
    const options = containerArguments(box, engine, place, false);
    expect(options).toEqual(
      expect.arrayContaining([
        '--rm',
        '--network=none',
        '--cap-drop=all',
        '--read-only',
        '--security-opt=no-new-privileges',
        '--pull=never',
        '--log-driver=none',
        '--pids-limit=132',
        '--memory=1134217728',
        '--memory-swap=1134217728',
        '--cpus=1.5',
        '--ulimit=fsize=1000000:1000000',
        ...engine.identity,
        `--mount=type=bind,source=${plain},destination=${plain}`,
      ]),
    );
    expect(options.join(' ')).not.toMatch(/canary|--privileged|--interactive|--env/);
  });

  test('every mount but the workspace and the sockets is read-only', () => {
    const writable = containerArguments({ ...box, toolchains: ['/usr/bin'] }, docker, place, false).filter(
      (option) => option.startsWith('--mount=') && !option.endsWith(',readonly'),
    );
    expect(writable.map((option) => /destination=(.*)/.exec(option)?.[1])).toEqual([plain, '/run/gantry/control.sock']);
  });

  test('podman ends a container whose parent cannot, and filters what makes namespaces', () => {
    const options = containerArguments(box, podman, place, true);
    expect(options).toEqual(
      expect.arrayContaining(['--timeout=70', '--security-opt=seccomp=/s.json', '--interactive']),
    );
    expect(containerArguments(box, docker, place, true).join(' ')).not.toMatch(/--timeout|seccomp/);
  });

  test('a limit that the engine cannot enforce is not asked for', () => {
    const options = containerArguments(box, { ...podman, enforced: new Set(['processes']) }, place, false).join(' ');
    expect(options).toContain('--pids-limit');
    expect(options).not.toMatch(/--memory|--cpus/);
  });

  test('a path that would become other options is refused', () => {
    const hostile = { ...box, mounts: [{ path: root, writable: true }], cwd: root };
    expect(() => containerArguments(hostile, docker, place, false)).toThrow(Bug);
  });
});

describe('the image', () => {
  const engine = async () => ({ ok: true as const, engine: { ...docker, program: '/bin/false' } });

  test.each([
    undefined,
    'node:24',
    'registry.example.org/box:latest',
    `box@sha256:${'0'.repeat(63)}`,
    '--privileged',
  ])('is named by digest: %s is refused', async (image) => {
    const available = await createContainer({ image, engine }).available();
    expect(available).toMatchObject({ ok: false, why: expect.stringContaining('by its digest') });
  });

  test('must be on the machine already', async () => {
    const image = `registry.example.org:5000/team/box@sha256:${'0'.repeat(64)}`;
    const sandbox = createContainer({ image, engine });
    expect(await sandbox.available()).toMatchObject({ ok: false, why: expect.stringContaining('Pull it') });
    await expect(sandbox.run(box, ['true'])).rejects.toThrow(Permanent);
  });
});
