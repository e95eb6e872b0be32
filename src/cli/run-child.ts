// One of our own programs as a child with our terminal: it ends when we are told to end, and its exit code is ours.
import { spawn } from 'node:child_process';
import os from 'node:os';
import type { Io } from './command.ts';

/**
 * `args`: the program's file and its arguments. `apart`: out of reach of the terminal's Ctrl-C, so that it is told to end
 * exactly once, by us. A child that a signal ended counts as 128 plus its number, as in a shell.
 */
export function runChild(
  args: readonly string[],
  { env, cwd, signal }: Pick<Io, 'env' | 'cwd' | 'signal'>,
  { apart }: { apart: boolean },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env, stdio: 'inherit', detached: apart });
    const stop = () => child.kill('SIGTERM');
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const done = () => signal.removeEventListener('abort', stop);
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('exit', (code, ended) => {
      done();
      resolve(code ?? 128 + (ended === null ? 0 : os.constants.signals[ended]));
    });
  });
}
