// A box in a process of its own, so that a test can kill the parent. Run as a program, it is that process.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createBubblewrap } from '../../../adapters/sandbox/bubblewrap.ts';
import { createContainer } from '../../../adapters/sandbox/container.ts';
import type { Sandbox } from '../../../adapters/sandbox/contract.ts';
import { createSrt } from '../../../adapters/sandbox/srt.ts';

const own = fileURLToPath(import.meta.url);

const kinds = {
  bubblewrap: () => createBubblewrap(),
  container: (image: string) => createContainer({ image }),
  srt: createSrt,
} satisfies Record<string, (image: string) => Sandbox>;
type Kind = keyof typeof kinds;

const isKind = (name: string | undefined): name is Kind => name !== undefined && Object.hasOwn(kinds, name);

export const elsewhere = (script: string, kind: Kind, image = ''): ChildProcess =>
  spawn(process.execPath, [own, kind, image, script], { stdio: ['ignore', 'pipe', 'inherit'] });

if (process.argv[1] === own) {
  const [, , kind, image = '', script = ''] = process.argv;
  if (!isKind(kind)) throw new Error(`no sandbox is called ${kind}`);
  const sandbox = kinds[kind](image);
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
