// What a box costs: a command that does nothing, in the box and as a plain process, in turn.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createBubblewrap } from '../adapters/sandbox/bubblewrap.ts';
import { tryBox } from '../adapters/sandbox/trial.ts';
import { percentile, round1, timed } from './numbers.ts';

const ROUNDS = 40;

/** `overheadMs`: the middle box less the middle process. `skipped`: why no box can be built here. */
export type BoxResult =
  | { boxMs: number; boxP99Ms: number; processMs: number; overheadMs: number }
  | { skipped: string };

export async function benchBox(say: (line: string) => void): Promise<BoxResult> {
  const sandbox = createBubblewrap();
  const available = await sandbox.available();
  if (!available.ok) return { skipped: available.why };
  const boxed: number[] = [];
  const plain: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    boxed.push(
      await timed(async () => {
        const tried = await tryBox(sandbox.run);
        if (!tried.ok) throw new Error(tried.why);
      }),
    );
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
