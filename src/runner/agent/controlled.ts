// How an agent is stopped: asked first where it can be asked, and its box ended when it does not end by itself.
import { PassThrough } from 'node:stream';
import type { Launch } from '../../../adapters/agent/contract.ts';
import type { BoxIo } from '../../../adapters/sandbox/contract.ts';

/** Enough for an agent to stop its tools, and short beside the minute in which a killed run must be gone. */
const graceMs = 5_000;

export function controlled(
  { stdin, control }: Pick<Launch, 'stdin' | 'control'>,
  halt: AbortSignal,
  grace = graceMs,
): Pick<BoxIo, 'stdin' | 'signal'> {
  if (!control) return { stdin: Buffer.from(stdin), signal: halt };
  const input = new PassThrough();
  const kill = new AbortController();
  input.write(stdin);
  const ask = () => {
    input.write(control.cancel);
    // The run is over before, where the agent does as it is asked: nothing waits for this.
    setTimeout(() => kill.abort(), grace).unref();
  };
  if (halt.aborted) ask();
  else halt.addEventListener('abort', ask, { once: true });
  return { stdin: input, signal: kill.signal };
}
