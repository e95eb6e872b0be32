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

/** Without `find`: whether GitHub heard an earlier attempt is not known, and asking again is harmless. */
export const cancelRun: Effect<'CancelRun'> = {
  async execute(call, ports) {
    const { run, why, workflowRun } = call.command;
    const { db, writer } = ports;
    if (workflowRun !== undefined) {
      const known = await readRun(db, run);
      const has = known && liveStates.includes(known.state) && known.workflowRun === workflowRun;
      if (!has) await writer.cancelRun(call.repository, workflowRun);
      return { type: 'RunCancelRequested', run };
    }
    await withdraw(db, run);
    await askCancel(db, run, why);
    await db.transaction().execute((tx) => endRun(tx, run, { kind: 'cancelled', why }));
    const known = await readRun(db, run);
    if (known?.workflowRun === undefined) return { type: 'RunCancelRequested', run };
    // A runner that lives finds its token dead; GitHub ends one that does not look.
    return { type: 'RunCancelRequested', run, end: await endIt(call, ports, known.workflowRun) };
  },
};

/** A dead runner cannot be cancelled: that its end was not seen is an answer too. */
async function endIt(
  { command: { run }, repository }: Call<CommandOf<'CancelRun'>>,
  { db, reader, writer }: Ports,
  workflowRun: number,
): Promise<'observed' | 'not_observed'> {
  const seen = await reader.workflowRun(repository, workflowRun);
  if (!seen || seen.status === 'completed') return 'observed';
  const seconds = await secondsSinceEnd(db, run);
  if (seconds > watchSeconds) return 'not_observed';
  await writer.cancelRun(repository, workflowRun, { force: seconds > forceSeconds });
  throw new Retryable('the workflow run has not ended yet', { after: lookSeconds });
}
