// No box: the same contract with the rights of this process. Only an explicit choice (the demo without bubblewrap) leads here.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bridge, openBridge } from './bridge.ts';
import type { Box, BoxIo, BoxResult, Inside, Sandbox, Unenforced } from './contract.ts';
import { writableFolders } from './disk-watch.ts';
import { groupEnded, killGroup } from './process-group.ts';
import { supervise } from './supervise.ts';

const why = 'There is no box.';
const unenforced: Unenforced = { memoryBytes: why, cpus: why, processes: why, fileBytes: why };

/** Mounts and toolchains say what a box would show; here everything is visible anyway. */
const runUnboxed = async (box: Box, command: readonly string[], io: BoxIo, inside: Inside): Promise<BoxResult> => {
  const [program = '', ...rest] = command;
  const child = spawn(program, rest, {
    cwd: box.cwd,
    env: { ...box.env(inside) },
    detached: true,
    stdio: [io.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const group = child.pid;
  const { startError, ...result } = await supervise(child, {
    limits: box.limits,
    folders: [...writableFolders(box), inside.tmp],
    io,
    kill: () => group !== undefined && killGroup(group),
    gone: async () => {
      if (group === undefined) return;
      killGroup(group);
      await groupEnded(group);
    },
  });
  const started = startError === undefined ? {} : { exitCode: 127, stderr: Buffer.from(`${startError.message}\n`) };
  return { ...result, ...started, unenforced: { ...unenforced, ...result.unenforced } };
};

export const createUnboxed = (): Sandbox => ({
  name: 'none',
  boxed: false,
  available: async () => ({ ok: true }),
  async run(box, command, io = {}) {
    const directory = mkdtempSync(join(tmpdir(), 'gantry-unboxed-'));
    const bridges: Bridge[] = [];
    const urlOf = async (socket: string): Promise<string> => {
      const bridge = await openBridge(socket, 0);
      bridges.push(bridge);
      return `http://127.0.0.1:${bridge.port}`;
    };
    try {
      const inside: Inside = { home: box.home ?? directory, tmp: directory };
      if (box.modelSocket !== undefined) inside.modelUrl = await urlOf(box.modelSocket);
      if (box.egressSocket !== undefined) inside.proxyUrl = await urlOf(box.egressSocket);
      const cwd = box.cwd === '/tmp' ? directory : box.cwd;
      return await runUnboxed({ ...box, cwd }, command, io, inside);
    } finally {
      await Promise.all(bridges.map((bridge) => bridge.close()));
      rmSync(directory, { recursive: true, force: true });
    }
  },
});
