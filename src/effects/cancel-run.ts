// Stops a run: its token dies at once, the runner hears it with its next heartbeat, and GitHub is asked to end the workflow run.
import { askCancel, endRun, readRun } from '../journal/lease.ts';
import type { Effect } from './contract.ts';

export const cancelRun: Effect<'CancelRun'> = {
  async execute({ command: { run, why }, repository }, { db, writer }) {
    const known = await readRun(db, run);
    await askCancel(db, run, why);
    // A runner that lives is told by its heartbeat and then finds its token dead; GitHub ends one that does not.
    if (known?.workflowRun !== undefined) await writer.cancelRun(repository, known.workflowRun);
    await db.transaction().execute((tx) => endRun(tx, run, { kind: 'cancelled', why }));
    return { type: 'RunCancelRequested', run };
  },
};
