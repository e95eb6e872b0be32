// Watches one started child: output caps, wall clock, disk, abort. How to kill it and when it is really gone is the caller's.
import type { ChildProcess } from 'node:child_process';
import { Readable } from 'node:stream';
import { type BoxIo, type BoxResult, type Limits, mostEntries, type Unenforced } from './contract.ts';
import { watchDisk } from './disk-watch.ts';
import { createTail } from './tail.ts';

export type Supervised = BoxResult & {
  /** The disk at most: other limits are the caller's to know. */
  unenforced: Pick<Unenforced, 'diskBytes'>;
  /** Why the child could not be started; absent when it was. */
  startError?: Error;
};

export type Supervision = {
  limits: Pick<Limits, 'wallSeconds' | 'outputBytes' | 'diskBytes'>;
  /** On the host, of what the command may write to. */
  folders: readonly string[];
  io: BoxIo;
  /** Kills everything at once; may be called again. */
  kill: () => void;
  /** Called once the child has exited; resolves when no process of it is left. */
  gone: () => Promise<void>;
};

/** After the last process is gone only a handle that leaked elsewhere keeps a pipe open: stop reading then. */
const pipeGraceMs = 1_000;

export const supervise = async (
  child: ChildProcess,
  { limits, folders, io, kill, gone }: Supervision,
): Promise<Supervised> => {
  const started = performance.now();
  const out = createTail(limits.outputBytes);
  const err = createTail(limits.outputBytes);
  let timedOut = false;
  let cancelled = false;
  let overDisk = false;
  let startError: Error | undefined;
  let thrown: { error: unknown } | undefined;

  const feed = (tail: typeof out, listener: BoxIo['stdout']) => (chunk: Buffer) => {
    tail.push(chunk);
    if (listener === undefined || thrown !== undefined) return;
    try {
      listener(chunk);
    } catch (error) {
      thrown = { error };
      kill();
    }
  };
  child.stdout?.on('data', feed(out, io.stdout));
  child.stderr?.on('data', feed(err, io.stderr));
  // A command that does not read its input closes the pipe: EPIPE says nothing about its result.
  child.stdin?.on('error', () => {});
  if (!(io.stdin instanceof Readable)) child.stdin?.end(io.stdin);
  else if (child.stdin) io.stdin.pipe(child.stdin);

  const onAbort = () => {
    cancelled = true;
    kill();
  };
  io.signal?.addEventListener('abort', onAbort, { once: true });
  if (io.signal?.aborted) onAbort();
  const clock = setTimeout(
    () => {
      timedOut = true;
      kill();
    },
    Math.min(limits.wallSeconds * 1_000, 2 ** 31 - 1),
  );

  const disk = watchDisk(folders, { bytes: limits.diskBytes, entries: mostEntries }, () => {
    overDisk = true;
    kill();
  });

  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('exit', (exitCode, exitSignal) => resolve([exitCode, exitSignal]));
    child.once('error', (error) => {
      startError = error;
      resolve([null, null]);
    });
  });
  clearTimeout(clock);
  disk.stop();
  io.signal?.removeEventListener('abort', onAbort);
  await gone();
  if (startError === undefined) {
    const grace = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, pipeGraceMs);
    await closed;
    clearTimeout(grace);
  }
  if (thrown !== undefined) throw thrown.error;
  // What a box wrote after the last look, or while it was never looked at. One that was killed has no result to spoil.
  if (!timedOut && !cancelled && !overDisk) overDisk = await disk.isOver(io.signal);
  const uncounted = disk.uncounted();
  return {
    exitCode: timedOut || cancelled || overDisk ? null : code,
    signal,
    timedOut,
    cancelled: cancelled && !timedOut,
    overDisk,
    truncated: out.truncated() || err.truncated(),
    durationMs: performance.now() - started,
    stdout: out.bytes(),
    stderr: err.bytes(),
    unenforced: uncounted === undefined ? {} : { diskBytes: uncounted },
    ...(startError === undefined ? {} : { startError }),
  };
};
