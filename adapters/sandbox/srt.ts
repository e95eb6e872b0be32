// Anthropic's sandbox-runtime as a stand-in where no box of ours can be made. Weaker than one (decision 38), and says so.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Permanent } from '../../src/errors.ts';
import { bindsOf, covers } from './binds.ts';
import { type Cgroup, enter, makeCgroup } from './cgroup.ts';
import type { Available, Box, BoxIo, BoxResult, Inside, Sandbox } from './contract.ts';
import { type ControlSocket, openControl } from './control-socket.ts';
import { writableFolders } from './disk-watch.ts';
import { firstChild } from './first-child.ts';
import type { InsideOrder } from './inside.ts';
import { sibling, supervisorBytes, supervisorThreads } from './inside-order.ts';
import { type Limiter, limiter } from './limiter.ts';
import { processEnded } from './process-ended.ts';
import { readable } from './root.ts';
import { supervise } from './supervise.ts';
import { tryBox } from './trial.ts';

type Runtime = typeof import('@anthropic-ai/sandbox-runtime').SandboxManager;
type Loaded = { ok: true; runtime: Runtime } | { ok: false; why: string };

const programs = { bwrapPath: '/usr/bin/bwrap', socatPath: '/usr/bin/socat', ripgrep: { command: '/usr/bin/rg' } };

/** Its own listeners take 3128 and 1080 in there. */
const ports = { model: 8787, egress: 8788 };

/** Nothing may be read or written, no host asked for; the rest is said for each run. */
const nothing = { denyRead: ['/'], allowRead: [], allowWrite: [], denyWrite: [] };

const load = async (): Promise<Loaded> => {
  const needed = [programs.bwrapPath, programs.socatPath, programs.ripgrep.command];
  const missing = needed.filter((program) => !existsSync(program));
  if (missing.length > 0)
    return { ok: false, why: `srt needs ${missing.join(', ')}: install bubblewrap, socat and ripgrep.` };
  try {
    const { SandboxManager: runtime } = await import('@anthropic-ai/sandbox-runtime');
    await runtime.initialize({
      ...programs,
      network: { allowedDomains: [], deniedDomains: [], allowAllUnixSockets: true },
      filesystem: nothing,
      // It searches this process's working directory for what to protect; a box sees nothing of that.
      mandatoryDenySearchDepth: 1,
    });
    return { ok: true, runtime };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, why: `srt cannot be used here (${why.slice(0, 300)}).` };
  }
};

/** Files in there take memory, whose limit holds. */
const privateTmp = 'srt gives its private /tmp no size.';

const quoted = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');

type Start = { runtime: Runtime; node: string; directory: string; limits: Limiter; cgroup: Cgroup | null };

const wrap = async ({ runtime, node, directory }: Start, box: Box, home: string): Promise<string> => {
  const binds = bindsOf(box);
  if (box.cwd !== '/tmp' && ![home, ...binds.map(({ path }) => path)].some((path) => covers(path, box.cwd)))
    throw new Permanent(`The box could not be built (its working directory is not mounted: ${box.cwd}).`);
  const sockets = [box.modelSocket, box.egressSocket].filter((path) => path !== undefined);
  const files = ['inside.mts', 'bridge.mts', 'control.sock'].map((name) => join(directory, name));
  const filesystem = {
    ...nothing,
    allowRead: [...readable(), node, ...files, ...sockets, ...binds.map(({ path }) => path)],
    allowWrite: [home, ...binds.filter(({ writable }) => writable).map(({ path }) => path)],
  };
  return runtime.wrapWithSandbox(`exec ${quoted([node, ...files])}`, '/bin/sh', { filesystem });
};

const runWrapped = async (
  start: Start,
  wrapped: string,
  control: ControlSocket,
  box: Box & { home: string },
  io: BoxIo,
): Promise<BoxResult> => {
  const { limits, cgroup } = start;
  const program = ['/bin/sh', '-c', `exec ${wrapped}`];
  const child = spawn('/bin/sh', ['-c', enter, 'sh', ...(cgroup?.directories ?? []), '--', ...program], {
    env: { PATH: '/usr/bin:/bin' },
    cwd: box.cwd,
    stdio: [io.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  // Killing the first process of the namespace kills all of them; srt does not say which it is.
  const first = child.pid === undefined ? Promise.resolve(undefined) : firstChild(child.pid);
  const { startError, ...result } = await supervise(child, {
    limits: box.limits,
    folders: writableFolders(box),
    io,
    kill: () => void child.kill('SIGKILL'),
    gone: async () => {
      const pid = await first;
      if (pid !== undefined) await processEnded(pid);
    },
  });
  const { reports } = control;
  const ended = result.timedOut || result.cancelled || result.overDisk;
  if (!reports.ready && !ended) {
    const said = result.stderr.toString('utf8').trim().slice(-500);
    throw new Permanent(`The box could not be built (${said || startError?.message || 'no reason given'}).`);
  }
  const status = ended ? { exitCode: null } : reports.status;
  return {
    ...result,
    signal: null,
    ...status,
    unenforced: { ...limits.unenforced, diskBytes: privateTmp, ...result.unenforced },
  };
};

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

const insideOf = (box: Box, home: string): Inside => ({
  home,
  tmp: '/tmp',
  ...(box.modelSocket !== undefined && { modelUrl: urlOf(ports.model) }),
  ...(box.egressSocket !== undefined && { proxyUrl: urlOf(ports.egress) }),
});

/** Nothing can be mounted at another path, so the sockets are reached at their own. */
const bridgesOf = ({ modelSocket, egressSocket }: Box): InsideOrder['bridges'] => [
  ...(modelSocket === undefined ? [] : [{ port: ports.model, path: modelSocket }]),
  ...(egressSocket === undefined ? [] : [{ port: ports.egress, path: egressSocket }]),
];

export const createSrt = (): Sandbox => {
  const node = realpathSync(process.execPath);
  let loaded: Promise<Loaded> | undefined;
  const run: Sandbox['run'] = async (box, command, io = {}) => {
    loaded ??= load();
    const answer = await loaded;
    if (!answer.ok) throw new Permanent(answer.why);
    const { runtime } = answer;
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-box-')));
    const cgroup = makeCgroup(`gantry-box-${randomUUID()}`, {
      memoryBytes: box.limits.memoryBytes + supervisorBytes,
      processes: box.limits.processes + supervisorThreads,
      cpus: box.limits.cpus,
    });
    const limits = limiter(box.limits, cgroup?.enforced ?? new Set());
    const own = join(directory, 'home');
    const home = box.home ?? own;
    const order: InsideOrder = {
      command,
      env: box.env(insideOf(box, home)),
      bridges: bridgesOf(box),
      limiter: limits.command,
    };
    let control: ControlSocket | undefined;
    try {
      mkdirSync(own);
      for (const name of ['inside', 'bridge']) copyFileSync(sibling(name), join(directory, `${name}.mts`));
      control = await openControl(join(directory, 'control.sock'), `${JSON.stringify(order)}\n`);
      const start = { runtime, node, directory, limits, cgroup };
      const wrapped = await wrap(start, box, home);
      try {
        return await runWrapped(start, wrapped, control, { ...box, home }, io);
      } finally {
        runtime.cleanupAfterCommand();
      }
    } finally {
      await control?.close();
      rmSync(directory, { recursive: true, force: true });
      await cgroup?.remove();
    }
  };
  return {
    name: 'srt',
    boxed: false,
    async available(): Promise<Available> {
      loaded ??= load();
      const answer = await loaded;
      return answer.ok ? tryBox(run) : answer;
    },
    run,
  };
};
