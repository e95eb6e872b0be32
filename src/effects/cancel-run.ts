// Stops a run: its token dies first, whatever GitHub answers; then GitHub is asked to end the workflow run.
import { liveStates } from '../decide/run.ts';
import { withdraw } from '../journal/backlog.ts';
import { askCancel, endRun, readRun } from '../journal/lease.ts';
import type { Effect } from './contract.ts';

export const cancelRun: Effect<'CancelRun'> = {
  async execute({ command: { run, why, workflowRun }, repository }, { db, writer }) {
    const known = await readRun(db, run);
    if (workflowRun !== undefined) {
      const has = known && liveStates.includes(known.state) && known.workflowRun === workflowRun;
      if (!has) await writer.cancelRun(repository, workflowRun);
      return { type: 'RunCancelRequested', run };
    }
    await withdraw(db, run);
    await askCancel(db, run, why);
    await db.transaction().execute((tx) => endRun(tx, run, { kind: 'cancelled', why }));
    // A runner that lives finds its token dead; GitHub ends one that does not look.
    if (known?.workflowRun !== undefined) await writer.cancelRun(repository, known.workflowRun);
    return { type: 'RunCancelRequested', run };
  },
};
