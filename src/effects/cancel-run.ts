// Stops a run: its token dies first, whatever GitHub answers; then GitHub is asked to end the workflow run, and its end is watched for.
import type { CommandOf } from '../decide/command.ts';
import { liveStates } from '../decide/run.ts';
import { Retryable } from '../errors.ts';
import { withdraw } from '../journal/backlog.ts';
import { askCancel, endRun, readRun } from '../journal/lease.ts';
import { secondsSinceEnd } from '../journal/stop-run.ts';
import type { Call, Effect, Ports } from './contract.ts';

/** Seconds between two looks, and after how many GitHub is asked to end it by force, and nobody looks any more. */
const lookSeconds = 5;
const forceSeconds = 30;
const watchSeconds = 120;

export const cancelRun: Effect<'CancelRun'> = {
  /** Later attempts only look: cancelling was asked for. */
  async find(call, ports) {
    const { run, workflowRun } = call.command;
    if (workflowRun !== undefined) return undefined;
    const known = await readRun(ports.db, run);
    const stopped = known?.workflowRun !== undefined && known.cancel !== undefined;
    return stopped ? ended(call, ports, known.workflowRun ?? 0) : undefined;
  },

  async execute(call, ports) {
    const { run, why, workflowRun } = call.command;
    const { db, writer } = ports;
    const known = await readRun(db, run);
    if (workflowRun !== undefined) {
      const has = known && liveStates.includes(known.state) && known.workflowRun === workflowRun;
      if (!has) await writer.cancelRun(call.repository, workflowRun);
      return { type: 'RunCancelRequested', run };
    }
    await withdraw(db, run);
    await askCancel(db, run, why);
    await db.transaction().execute((tx) => endRun(tx, run, { kind: 'cancelled', why }));
    if (known?.workflowRun === undefined) return { type: 'RunCancelRequested', run };
    // A runner that lives finds its token dead; GitHub ends one that does not look.
    await ports.writer.cancelRun(call.repository, known.workflowRun);
    return ended(call, ports, known.workflowRun);
  },
};

/** A dead runner cannot be cancelled: that its end was not seen is an answer too. */
async function ended(
  { command: { run }, repository }: Call<CommandOf<'CancelRun'>>,
  { db, reader, writer }: Ports,
  workflowRun: number,
) {
  const seen = await reader.workflowRun(repository, workflowRun);
  if (!seen || seen.status === 'completed') return { type: 'RunCancelRequested', run, end: 'observed' } as const;
  const seconds = await secondsSinceEnd(db, run);
  if (seconds > watchSeconds) return { type: 'RunCancelRequested', run, end: 'not_observed' } as const;
  if (seconds > forceSeconds) await writer.cancelRun(repository, workflowRun, { force: true });
  throw new Retryable('the workflow run has not ended yet', { after: lookSeconds });
}
