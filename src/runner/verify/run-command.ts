// A command of the policy in a box: shell, exit code, end of output. Only hosts that the policy names can be reached.
import type { BoxResult } from '../../../adapters/sandbox/contract.ts';
import { boxEnv, boxLimits } from '../box.ts';
import type { RunContext } from '../context.ts';
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
  const { assignment, adapters, settings, place, sandbox, halt, tracker, evidence } = context;
  const tail = createOutputTail();
  const io = (chunk: Buffer) => {
    tail.push(chunk);
    tracker.moved();
  };
  const egress =
    assignment.egress.length === 0
      ? undefined
      : await adapters.openEgress({ socketPath: place.socket('egress'), allow: assignment.egress });
  try {
    const ended = await sandbox.run(
      {
        mounts: [{ path: workspace, writable: true }],
        toolchains: settings.toolchains,
        cwd: workspace,
        env: boxEnv(settings),
        ...(egress && { egressSocket: egress.socketPath }),
        limits: boxLimits(Math.min(seconds, context.secondsLeft())),
      },
      ['/bin/sh', '-c', command],
      { stdout: io, stderr: io, signal: halt.signal },
    );
    evidence.ran(command, ended);
    halt.signal.throwIfAborted();
    return { ...ended, output: tail.text() };
  } finally {
    evidence.egress(egress?.attempts() ?? [], egress?.total() ?? 0);
    await egress?.close();
  }
}
