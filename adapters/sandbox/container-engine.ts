// Which container engine this machine has and how it may be used: whose identity, which limits, which runtime.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { boxProfile } from './container-seccomp.ts';
import type { Limits } from './contract.ts';

export type Engine = {
  kind: 'podman' | 'docker';
  program: string;
  /** Options of `run` that make the box's user own what this process owns, without being root inside. */
  identity: readonly string[];
  /** The filter of system calls, as JSON; absent where the engine's own takes namespaces away (docker's does). */
  seccomp?: string;
  /** Limits that the engine can put on a whole container here. */
  enforced: ReadonlySet<keyof Limits>;
};

export type EngineFound = { ok: true; engine: Engine } | { ok: false; why: string };

export type Said = { status: number; stdout: string; stderr: string };

/** Never rejects: an engine that cannot be started ends with 127. */
export const ask = (engine: Pick<Engine, 'program'>, args: readonly string[], ms = 30_000): Promise<Said> =>
  new Promise((resolve) => {
    execFile(engine.program, [...args], { timeout: ms, cwd: '/' }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ status: code, stdout, stderr: stderr || (error?.message ?? '') });
    });
  });

const programs = [
  ['podman', '/usr/bin/podman'],
  ['docker', '/usr/bin/docker'],
  ['docker', '/usr/local/bin/docker'],
] as const;

/** In a root's namespace of its own: uid 1000 inside is this process's, everybody else is nobody's on the host. */
const mapped = ['uidmap', 'gidmap'].flatMap((map) => [`--${map}=0:1:1000`, `--${map}=1000:0:1`]);

/** Without a configuration file podman asks for more than a process may set that is root without the right to raise limits. */
const most = { nofile: ['Max open files', 2 ** 20], nproc: ['Max processes', 2 ** 15] } as const;

const ownLimits = (): string[] => {
  const table = readFileSync('/proc/self/limits', 'utf8');
  return Object.entries(most).map(([name, [label, wanted]]) => {
    const hard = new RegExp(`^${label}\\s+\\S+\\s+(\\d+)`, 'm').exec(table)?.[1];
    const value = Math.min(wanted, Number(hard ?? wanted));
    return `--ulimit=${name}=${value}:${value}`;
  });
};

const controllers: Readonly<Record<string, keyof Limits>> = { memory: 'memoryBytes', pids: 'processes', cpu: 'cpus' };

const Host = z.object({
  cgroupControllers: z
    .array(z.string())
    .nullable()
    .transform((names) => names ?? []),
  security: z.object({ seccompEnabled: z.boolean(), seccompProfilePath: z.string() }),
});

const podman = async (program: string): Promise<EngineFound> => {
  const info = await ask({ program }, ['info', '--format', '{{json .Host}}']);
  if (info.status !== 0) return { ok: false, why: `podman does not work here: ${info.stderr.trim().slice(-300)}` };
  const host = Host.parse(JSON.parse(info.stdout));
  const found = host.cgroupControllers.map((name) => controllers[name]);
  const { seccompEnabled, seccompProfilePath } = host.security;
  if (!seccompEnabled || !existsSync(seccompProfilePath)) {
    return {
      ok: false,
      why: `podman has no filter of system calls here (${seccompProfilePath}): install containers-common.`,
    };
  }
  const user = process.getuid?.() ?? 0;
  const group = process.getgid?.() ?? 0;
  const identity = user === 0 ? [...mapped, '--user=1000:1000'] : ['--userns=keep-id', `--user=${user}:${group}`];
  const enforced = new Set(found.filter((name) => name !== undefined));
  const options = { identity: [...identity, ...ownLimits()], seccomp: boxProfile(seccompProfilePath), enforced };
  return { ok: true, engine: { kind: 'podman', program, ...options } };
};

const docker = async (program: string): Promise<EngineFound> => {
  const user = process.getuid?.() ?? 0;
  if (user === 0) {
    const why =
      'As root, docker would run the box as root too. Run the runner as a user of its own, or install podman.';
    return { ok: false, why };
  }
  const format = '{"memory":{{.MemoryLimit}},"pids":{{.PidsLimit}},"cpu":{{.CPUCfsQuota}}}';
  const info = await ask({ program }, ['info', '--format', format]);
  if (info.status !== 0) return { ok: false, why: `docker does not work here: ${info.stderr.trim().slice(-300)}` };
  const supported: Readonly<Record<string, unknown>> = JSON.parse(info.stdout);
  const enforced = new Set(
    Object.entries(controllers).flatMap(([name, limit]) => (supported[name] === true ? [limit] : [])),
  );
  const identity = [`--user=${user}:${process.getgid?.() ?? user}`];
  return { ok: true, engine: { kind: 'docker', program, identity, enforced } };
};

/** Podman first: without a daemon, a runner's user needs no right that equals root's. */
export const findEngine = async (): Promise<EngineFound> => {
  const [first] = programs.filter(([, program]) => existsSync(program));
  if (first === undefined) return { ok: false, why: 'There is no container engine. Install podman (or docker).' };
  const [kind, program] = first;
  return kind === 'podman' ? podman(program) : docker(program);
};
