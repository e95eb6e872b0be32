// A box in a process of its own, so that a test can kill the parent. Run as a program, it is that process.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createBubblewrap } from '../../../adapters/sandbox/bubblewrap.ts';
import { createContainer } from '../../../adapters/sandbox/container.ts';

const own = fileURLToPath(import.meta.url);

export const elsewhere = (script: string, kind: 'bubblewrap' | 'container', image = ''): ChildProcess =>
  spawn(process.execPath, [own, kind, image, script], { stdio: ['ignore', 'pipe', 'inherit'] });

if (process.argv[1] === own) {
  const [, , kind, image, script = ''] = process.argv;
  const sandbox = kind === 'container' ? createContainer({ image }) : createBubblewrap();
  const env = () => ({ PATH: '/usr/bin:/bin' });
  const limits = {
    wallSeconds: 60,
    memoryBytes: 2 ** 29,
    cpus: 1,
    processes: 64,
    fileBytes: 2 ** 20,
    diskBytes: 2 ** 29,
    outputBytes: 4_096,
  };
  await sandbox.run({ mounts: [], toolchains: [], cwd: '/tmp', env, limits }, ['sh', '-c', script], {
    stdout: (chunk) => process.stdout.write(chunk),
  });
}
