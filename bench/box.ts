// What a box costs: a command that does nothing, in the box and as a plain process, in turn.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createBubblewrap } from '../adapters/sandbox/bubblewrap.ts';
import type { Box } from '../adapters/sandbox/contract.ts';
import { percentile, round1, timed } from './numbers.ts';

const ROUNDS = 40;

/** `overheadMs`: the middle box less the middle process. `skipped`: why no box can be built here. */
export type BoxResult =
  | { boxMs: number; boxP99Ms: number; processMs: number; overheadMs: number }
  | { skipped: string };

const box: Box = {
  mounts: [],
  toolchains: [],
  cwd: '/tmp',
  env: () => ({ PATH: '/usr/bin:/bin' }),
  limits: {
    wallSeconds: 20,
    memoryBytes: 2 ** 29,
    cpus: 1,
    processes: 64,
    fileBytes: 2 ** 20,
    diskBytes: 2 ** 24,
    outputBytes: 4_096,
  },
};

export async function benchBox(say: (line: string) => void): Promise<BoxResult> {
  const sandbox = createBubblewrap();
  const available = await sandbox.available();
  if (!available.ok) return { skipped: available.why };
  const boxed: number[] = [];
  const plain: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    boxed.push(await timed(() => sandbox.run(box, ['true'])));
    plain.push(await timed(() => promisify(execFile)('true')));
  }
  const [boxMs, processMs] = [percentile(boxed, 0.5), percentile(plain, 0.5)];
  const result = {
    boxMs: round1(boxMs),
    boxP99Ms: round1(percentile(boxed, 0.99)),
    processMs: round1(processMs),
    overheadMs: round1(boxMs - processMs),
  };
  say(`a box ${result.boxMs} ms, a process ${result.processMs} ms`);
  return result;
}
