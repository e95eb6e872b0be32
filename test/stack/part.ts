// One process of the stack: in a process group of its own, so that Ctrl-C reaches the stack alone, which stops it in order.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type Part = {
  name: string;
  pid: number;
  /** Resolves with its exit code, null where a signal ended it. */
  ended: Promise<number | null>;
  /** Asks it to end, and after `graceMs` ends its whole group. Resolves when it is gone. */
  stop(): Promise<void>;
};

export type PartOptions = {
  name: string;
  argv: readonly [string, ...string[]];
  /** The whole environment: nothing is inherited. */
  env: Record<string, string>;
  cwd: string;
  /** Each line of stdout and stderr. */
  onLine: (line: string) => void;
};

const graceMs = 15_000;

export function startPart({ name, argv: [program, ...rest], env, cwd, onLine }: PartOptions): Part {
  const child = spawn(program, rest, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      onLine(error.message);
      resolve(null);
    });
    child.once('close', resolve);
  });
  return {
    name,
    pid: child.pid ?? 0,
    ended,
    async stop() {
      send(child, 'SIGTERM');
      const late = setTimeout(() => sendGroup(child, 'SIGKILL'), graceMs);
      await ended;
      clearTimeout(late);
      // What it left in its group: a part that was killed could not end its own children.
      sendGroup(child, 'SIGKILL');
    },
  };
}

const send = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
};

function sendGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: the group is gone, which is what is wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The value that a part prints as its first line of JSON; rejects when it ends before. Other lines go on to `onLine`. */
export function startAndHear<T>(options: PartOptions, read: (value: unknown) => T): { part: Part; told: Promise<T> } {
  let hear: (value: T) => void = () => {};
  const heard = new Promise<T>((resolve) => {
    hear = resolve;
  });
  let waiting = true;
  const part = startPart({
    ...options,
    onLine(line) {
      if (!waiting || !line.startsWith('{')) return options.onLine(line);
      waiting = false;
      hear(read(JSON.parse(line)));
    },
  });
  const early = part.ended.then((code) => {
    throw new Error(`${options.name} ended before it was ready (${code ?? 'killed'})`);
  });
  return { part, told: Promise.race([heard, early]) };
}
