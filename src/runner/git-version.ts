// Which git the machine has: it wrote every checkout and every bundle of the run.
import { execFile } from 'node:child_process';

/** Null where it cannot be asked. */
export const gitVersion = (): Promise<string | null> =>
  new Promise((resolve) => {
    const options = { env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, timeout: 5_000 };
    execFile('git', ['--version'], options, (error, stdout) => resolve(error ? null : stdout.trim().slice(0, 100)));
  });
