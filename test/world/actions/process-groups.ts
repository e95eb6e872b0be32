// The processes of one job. Each step leads a process group of its own; whatever leaves its group is still found by the
// tracking id in its environment, as the real runner does when it cleans up orphans.
import { type ChildProcess, spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import type { JobLog } from './job-log.ts';

/** GitHub waits 7,500 ms after SIGINT and 2,500 ms after SIGTERM. */
export interface Grace {
  interruptMs: number;
  terminateMs: number;
}

export class ProcessGroups {
  readonly #live = new Set<ChildProcess>();
  readonly #started = new Set<ChildProcess>();
  readonly #trackingId: string;
  readonly #log: JobLog;

  constructor(trackingId: string, log: JobLog) {
    this.#trackingId = trackingId;
    this.#log = log;
  }

  /** Process ids of the groups that run now. */
  get pids(): number[] {
    return [...this.#live].flatMap((child) => child.pid ?? []);
  }

  /** Exit code; null when it was killed or could not start. The environment is exactly `env`. */
  async run(argv: string[], options: { cwd: string; env: Record<string, string> }): Promise<number | null> {
    const [command = '', ...rest] = argv;
    const env = { ...options.env, RUNNER_TRACKING_ID: this.#trackingId };
    const child = spawn(command, rest, { cwd: options.cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#live.add(child);
    this.#started.add(child);
    child.stdout.setEncoding('utf8').on('data', (piece: string) => this.#log.chunk(piece));
    child.stderr.setEncoding('utf8').on('data', (piece: string) => this.#log.chunk(piece));
    const code = await new Promise<number | null>((resolve) => {
      child.on('error', (error) => {
        this.#log.line(`##[error]${error.message}`);
        resolve(null);
      });
      child.on('close', resolve);
      // a background process that keeps the pipe open must not hold the step: the job's end takes it
      child.on('exit', (status) => setTimeout(() => resolve(status), 200).unref());
    });
    this.#live.delete(child);
    this.#log.end();
    return code;
  }

  /** SIGINT, then SIGTERM to each step's first process only (as GitHub does), then SIGKILL to the whole group. */
  stop(grace: Grace): void {
    for (const child of this.#live) {
      child.kill('SIGINT');
      setTimeout(() => this.#live.has(child) && child.kill('SIGTERM'), grace.interruptMs).unref();
      setTimeout(
        () => this.#live.has(child) && signalGroup(child, 'SIGKILL'),
        grace.interruptMs + grace.terminateMs,
      ).unref();
    }
  }

  kill(): void {
    for (const child of this.#live) signalGroup(child, 'SIGKILL');
  }

  /** Kills what the steps left behind and waits until it is gone. */
  async cleanUp(): Promise<void> {
    // Elsewhere there is no /proc; there the groups must do (on Linux a group's number might belong to others by now).
    if (process.platform !== 'linux') for (const child of this.#started) signalGroup(child, 'SIGKILL');
    for (let round = 0; round < 200; round++) {
      const orphans = await findTracked(this.#trackingId);
      if (!orphans.length) return;
      for (const pid of orphans) signal(pid, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`Processes of ${this.#trackingId} cannot be killed: ${await findTracked(this.#trackingId)}`);
  }
}

/** Process ids whose environment names the tracking id; empty where there is no /proc. A dead one has no environment. */
export async function findTracked(trackingId: string): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => []); // no /proc on this system: groups must do
  const found = entries
    .filter((name) => /^\d+$/.test(name))
    .map(async (name) => {
      const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => ''); // ended meanwhile, or another user's
      return environment.includes(`RUNNER_TRACKING_ID=${trackingId}`) ? [Number(name)] : [];
    });
  return (await Promise.all(found)).flat();
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid !== undefined) signal(-child.pid, name);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // ESRCH: already gone, which is what we want
  }
}
