// The box: bubblewrap with every namespace its own, an allow-listed root, and a supervisor of ours as first program.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Permanent } from '../../src/errors.ts';
import { boxArguments } from './box-arguments.ts';
import { type Cgroup, enter, makeCgroup } from './cgroup.ts';
import type { Box, BoxIo, BoxResult, Sandbox } from './contract.ts';
import { writableFolders } from './disk-watch.ts';
import { insideOf, insidePaths, orderOf, supervisorBytes, supervisorThreads } from './inside-order.ts';
import { limiter } from './limiter.ts';
import { createProbe, type Identity } from './probe.ts';
import { processEnded } from './process-ended.ts';
import { type Channel, readChannel } from './report.ts';
import { supervise } from './supervise.ts';
import { tryBox } from './trial.ts';

export type BubblewrapOptions = {
  /** Program to run; default `/usr/bin/bwrap`. */
  bwrap?: string;
  /** Node binary mounted for the supervisor; default the one that runs this. */
  node?: string;
};

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
  const watched = await supervise(child, {
    limits: box.limits,
    folders: writableFolders(box),
    io,
    // Killing the first process of the namespace kills all of them before bubblewrap sees it end.
    kill: () => {
      if (channel.firstPid === undefined || child.exitCode !== null) child.kill('SIGKILL');
      else process.kill(channel.firstPid, 'SIGKILL');
    },
    gone: () => (channel.firstPid === undefined ? Promise.resolve() : processEnded(channel.firstPid)),
  });
  const { startError, ...result } = watched;
  const ended = result.timedOut || result.cancelled || result.overDisk;
  if (!channel.ready && !ended) {
    const said = result.stderr.toString('utf8').trim().slice(-500);
    throw new Permanent(`The box could not be built (${said || startError?.message || 'no reason given'}).`);
  }
  const status = ended ? { exitCode: null } : channel.status;
  return { ...result, signal: null, ...status, unenforced: { ...limits.unenforced, ...result.unenforced } };
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
      cpus: box.limits.cpus,
    });
    try {
      return await runBox({ bwrap, directory, node, identity: identity.identity, cgroup }, box, command, io);
    } finally {
      rmSync(directory, { recursive: true, force: true });
      await cgroup?.remove();
    }
  };
  let able = false;
  return {
    name: 'bubblewrap',
    boxed: true,
    // Asked before each run: a box that worked once is not tried again, as with the probe.
    async available() {
      if (able) return { ok: true };
      const identity = await probe();
      const answer = identity.ok ? await tryBox(run) : { ok: false as const, why: identity.why };
      able = answer.ok;
      return answer;
    },
    run,
  };
};
