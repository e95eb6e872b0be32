// The box as a container: podman (rootless where the runner is no root) or docker, from an image named by its digest.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Permanent } from '../../src/errors.ts';
import { containerArguments } from './container-arguments.ts';
import { ask, type Engine, type EngineFound, findEngine } from './container-engine.ts';
import type { Box, BoxIo, BoxResult, Sandbox, Unenforced } from './contract.ts';
import { type ControlSocket, openControl } from './control-socket.ts';
import { writableFolders } from './disk-watch.ts';
import { orderOf } from './inside-order.ts';
import { supervise } from './supervise.ts';
import { tryBox } from './trial.ts';

export type ContainerOptions = {
  /** `name@sha256:…` or an image id `sha256:…`: a tag can be moved to another image. It needs /bin/sh and glibc 2.28. */
  image: string | undefined;
  /** Node binary mounted for the supervisor; default the one that runs this. */
  node?: string;
  /** Seam for tests; default what the machine has. */
  engine?: () => Promise<EngineFound>;
};

const byDigest = /^(?:[a-z0-9][a-z0-9._/:-]*@)?sha256:[0-9a-f]{64}$/;

const groupLimits = ['memoryBytes', 'cpus', 'processes'] as const;

type Ready = { ok: true; engine: Engine; image: string } | { ok: false; why: string };
type Start = { engine: Engine; image: string; node: string; directory: string };

/** Ends the container for good, whether it runs, never ran or is half made. */
const remove = async (engine: Engine, name: string): Promise<void> => {
  const { status, stderr } = await ask(engine, ['rm', '--force', '--volumes', name]);
  if (status === 0) return;
  const left = await ask(engine, ['container', 'inspect', name]);
  if (left.status === 0)
    throw new Permanent(`The container ${name} survived its removal: ${stderr.trim().slice(-300)}`);
};

/** How long an engine that does not answer is asked to end a box, before its client is ended and the container removed by force. */
const killMs = 20_000;

/** Again until the engine's client has ended: a container that is being made cannot be killed yet. */
const killUntil = async (engine: Engine, name: string, ended: () => boolean, giveUp: () => void): Promise<void> => {
  const end = Date.now() + killMs;
  while (!ended()) {
    if (Date.now() > end) return giveUp();
    await ask(engine, ['kill', '--signal=KILL', name]);
    if (!ended()) await delay(50);
  }
};

const runContainer = async (start: Start, control: ControlSocket, box: Box, io: BoxIo): Promise<BoxResult> => {
  const { engine, image, node, directory } = start;
  const name = `gantry-box-${randomUUID()}`;
  const seccomp = join(directory, 'seccomp.json');
  if (engine.seccomp !== undefined) writeFileSync(seccomp, engine.seccomp);
  const place = { name, image, node, controlSocket: join(directory, 'control.sock'), seccomp };
  const options = containerArguments(box, engine, place, io.stdin !== undefined);
  const child = spawn(engine.program, options, {
    cwd: '/',
    stdio: [io.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  let clientEnded = false;
  let killing: Promise<void> | undefined;
  const over = () => {
    clientEnded = true;
  };
  child.once('exit', over).once('error', over);
  const { reports } = control;
  const watched = await supervise(child, {
    limits: box.limits,
    folders: writableFolders(box),
    io,
    kill: () => {
      void control.close();
      killing ??= killUntil(
        engine,
        name,
        () => clientEnded,
        () => child.kill('SIGKILL'),
      );
    },
    gone: async () => {
      await killing;
      // `--rm` has removed a container whose command ended by itself and whose client saw it.
      if (killing !== undefined || reports.status === undefined || child.signalCode !== null)
        await remove(engine, name);
    },
  });
  const { startError, ...result } = watched;
  const ended = result.timedOut || result.cancelled || result.overDisk;
  if (!reports.ready && !ended) {
    const said = result.stderr.toString('utf8').trim().slice(-500);
    throw new Permanent(`The box could not be built (${said || startError?.message || 'no reason given'}).`);
  }
  const status = ended ? { exitCode: null } : reports.status;
  const open = groupLimits.filter((limit) => !engine.enforced.has(limit));
  const unenforced: Unenforced = Object.fromEntries(
    open.map((limit) => [limit, `${engine.kind} may not set this limit for its containers here.`]),
  );
  return { ...result, signal: null, ...status, unenforced: { ...unenforced, ...result.unenforced } };
};

export const createContainer = (options: ContainerOptions): Sandbox => {
  const node = realpathSync(options.node ?? process.execPath);
  const find = options.engine ?? findEngine;
  const look = async (): Promise<Ready> => {
    const { image } = options;
    if (image === undefined || !byDigest.test(image)) {
      const why = `The container's image must be named by its digest (name@sha256:…)${image === undefined ? '' : `, not ${image}`}. Set GANTRY_SANDBOX_IMAGE.`;
      return { ok: false, why };
    }
    const answer = await find();
    if (!answer.ok) return answer;
    const { engine } = answer;
    const present = await ask(engine, ['image', 'inspect', '--format', '{{.Id}}', image]);
    if (present.status !== 0) {
      return {
        ok: false,
        why: `${engine.kind} has no image ${image} on this machine. Pull it before the runner starts.`,
      };
    }
    return { ok: true, engine, image };
  };
  let looked: Promise<Ready> | undefined;
  /** The answer is kept: a machine does not change while this process runs. */
  const ready = () => {
    looked ??= look();
    return looked;
  };
  const run: Sandbox['run'] = async (box, command, io = {}) => {
    const answer = await ready();
    if (!answer.ok) throw new Permanent(answer.why);
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-box-')));
    const order = `${JSON.stringify(orderOf(box, command, []))}\n`;
    let control: ControlSocket | undefined;
    try {
      control = await openControl(join(directory, 'control.sock'), order);
      return await runContainer({ ...answer, node, directory }, control, box, io);
    } finally {
      await control?.close();
      rmSync(directory, { recursive: true, force: true });
    }
  };
  return {
    name: 'container',
    boxed: true,
    async available() {
      const answer = await ready();
      return answer.ok ? tryBox(run) : answer;
    },
    run,
  };
};
