// The box: bubblewrap with every namespace its own, an allow-listed root, and a supervisor of ours as first program.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Permanent } from '../../src/errors.ts';
import { boxArguments, egressPort, insidePaths, modelPort } from './box-arguments.ts';
import { type Cgroup, makeCgroup } from './cgroup.ts';
import type { Available, Box, BoxIo, BoxResult, Inside, Limits, Sandbox } from './contract.ts';
import type { InsideOrder } from './inside.ts';
import { limiter } from './limiter.ts';
import { createProbe, type Identity } from './probe.ts';
import { processEnded } from './process-ended.ts';
import { type Channel, readChannel } from './report.ts';
import { supervise } from './supervise.ts';

export type BubblewrapOptions = {
  /** Program to run; default `/usr/bin/bwrap`. */
  bwrap?: string;
  /** Node binary mounted for the supervisor; default the one that runs this. */
  node?: string;
};

/** The supervisor's own memory and threads come on top of what the command may use. */
const supervisorBytes = 128 * 1024 * 1024;
const supervisorThreads = 32;

/** Enters the control groups, then becomes bubblewrap. Arguments: directories, `--`, the command. */
const enter = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"';

const insideOf = (box: Box): Inside => ({
  home: box.home ?? '/home/agent',
  tmp: '/tmp',
  ...(box.modelSocket === undefined ? {} : { modelUrl: `http://127.0.0.1:${modelPort}` }),
  ...(box.egressSocket === undefined ? {} : { proxyUrl: `http://127.0.0.1:${egressPort}` }),
});

const orderOf = (box: Box, command: readonly string[], limits: readonly string[]): InsideOrder => ({
  command,
  env: box.env(insideOf(box)),
  bridges: [
    ...(box.modelSocket === undefined ? [] : [{ port: modelPort, path: insidePaths.model }]),
    ...(box.egressSocket === undefined ? [] : [{ port: egressPort, path: insidePaths.egress }]),
  ],
  limiter: limits,
});

type Start = { bwrap: string; directory: string; node: string; identity: Identity; cgroup: Cgroup | null };

const runBox = async (start: Start, box: Box, command: readonly string[], io: BoxIo): Promise<BoxResult> => {
  const { bwrap, directory, node, identity, cgroup } = start;
  const limits = limiter(box.limits, cgroup?.enforced ?? new Set());
  const order = orderOf(box, command, limits.command);
  const options = boxArguments(box, { directory, node, identity, inside: insideOf(box) });
  const program = [bwrap, '--args', '3', '--', insidePaths.node, insidePaths.supervisor, insidePaths.bridge];
  const child = spawn('/bin/sh', ['-c', enter, 'sh', ...(cgroup?.directories ?? []), '--', ...program], {
    env: {},
    cwd: '/',
    stdio: [io.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const channel: Channel = readChannel(child, `${options.join('\0')}\0`, `${JSON.stringify(order)}\n`);
  const ended = await supervise(child, {
    limits: box.limits,
    io,
    // Killing the first process of the namespace kills all of them before bubblewrap sees it end.
    kill: () => {
      if (channel.firstPid === undefined || child.exitCode !== null) child.kill('SIGKILL');
      else process.kill(channel.firstPid, 'SIGKILL');
    },
    gone: () => (channel.firstPid === undefined ? Promise.resolve() : processEnded(channel.firstPid)),
  });
  const { startError, ...result } = ended;
  if (!channel.ready && !result.timedOut && !result.cancelled) {
    const said = result.stderr.toString('utf8').trim().slice(-500);
    throw new Permanent(`The box could not be built (${said || startError?.message || 'no reason given'}).`);
  }
  const status = result.timedOut || result.cancelled ? { exitCode: null } : channel.status;
  return { ...result, signal: null, ...status, unenforced: limits.unenforced };
};

export const createBubblewrap = (options: BubblewrapOptions = {}): Sandbox => {
  const bwrap = options.bwrap ?? '/usr/bin/bwrap';
  const node = realpathSync(options.node ?? process.execPath);
  const probe = createProbe(bwrap);
  const run: Sandbox['run'] = async (box, command, io = {}) => {
    const identity = await probe();
    if (!identity.ok) throw new Permanent(identity.why);
    const directory = mkdtempSync(join(tmpdir(), 'gantry-box-'));
    const cgroup = makeCgroup(`gantry-box-${randomUUID()}`, {
      memoryBytes: box.limits.memoryBytes + supervisorBytes,
      processes: box.limits.processes + supervisorThreads,
    });
    try {
      return await runBox({ bwrap, directory, node, identity: identity.identity, cgroup }, box, command, io);
    } finally {
      rmSync(directory, { recursive: true, force: true });
      await cgroup?.remove();
    }
  };
  return { name: 'bubblewrap', boxed: true, available: () => availability(run, probe), run };
};

const trial: Limits = { wallSeconds: 20, memoryBytes: 2 ** 29, processes: 64, fileBytes: 2 ** 20, outputBytes: 4_096 };

/** Only a whole box that ran proves that this machine can make one. */
const availability = async (run: Sandbox['run'], probe: ReturnType<typeof createProbe>): Promise<Available> => {
  const identity = await probe();
  if (!identity.ok) return { ok: false, why: identity.why };
  try {
    const box: Box = { mounts: [], toolchains: [], cwd: '/tmp', env: () => ({ PATH: '/usr/bin:/bin' }), limits: trial };
    const result = await run(box, ['true']);
    if (result.exitCode === 0) return { ok: true };
    return {
      ok: false,
      why: `A trial box ended with ${result.exitCode}: ${result.stderr.toString('utf8').slice(-300)}`,
    };
  } catch (error) {
    if (!(error instanceof Permanent)) throw error;
    return { ok: false, why: error.message };
  }
};
