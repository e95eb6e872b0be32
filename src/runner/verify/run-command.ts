// A command of the policy in a box: shell, exit code, end of output. Only hosts that the policy names can be reached.
import type { BoxResult } from '../../../adapters/sandbox/contract.ts';
import { boxEnv, boxLimits } from '../box.ts';
import type { RunContext } from '../context.ts';
import { openWayOut } from '../way-out.ts';
import { createOutputTail } from './output-tail.ts';

export type CommandEnd = Pick<BoxResult, 'exitCode' | 'signal' | 'timedOut' | 'overDisk' | 'durationMs'> & {
  output: string;
};

/** Rejects when the run is stopped meanwhile; every other end is an answer. */
export async function runCommand(
  context: RunContext,
  command: string,
  workspace: string,
  seconds: number,
): Promise<CommandEnd> {
  const { assignment, settings, sandbox, halt, tracker, evidence } = context;
  const tail = createOutputTail();
  const io = (chunk: Buffer) => {
    tail.push(chunk);
    tracker.moved();
  };
  const hosts = assignment.egress.length + (assignment.registries?.length ?? 0);
  const out = hosts === 0 ? undefined : await openWayOut(context);
  try {
    const ended = await sandbox.run(
      {
        mounts: [{ path: workspace, writable: true }, ...(out?.mounts ?? [])],
        toolchains: settings.toolchains,
        cwd: workspace,
        env: boxEnv(settings, () => out?.env ?? {}),
        ...(out && { egressSocket: out.egress.socketPath }),
        limits: boxLimits(Math.min(seconds, context.secondsLeft())),
      },
      ['/bin/sh', '-c', command],
      { stdout: io, stderr: io, signal: halt.signal },
    );
    evidence.ran(command, ended);
    halt.signal.throwIfAborted();
    return { ...ended, output: tail.text() };
  } finally {
    evidence.egress(out?.egress.attempts() ?? [], out?.egress.total() ?? 0);
    await out?.close();
  }
}
