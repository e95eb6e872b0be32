// Stops a run: its token dies first, whatever GitHub answers; then GitHub is asked to end the workflow run.
import { askCancel, endRun, readRun } from '../journal/lease.ts';
import type { Effect } from './contract.ts';

export const cancelRun: Effect<'CancelRun'> = {
  async execute({ command: { run, why }, repository }, { db, writer }) {
    const known = await readRun(db, run);
    await askCancel(db, run, why);
    await db.transaction().execute((tx) => endRun(tx, run, { kind: 'cancelled', why }));
    // A runner that lives finds its token dead; GitHub ends one that does not look.
    if (known?.workflowRun !== undefined) await writer.cancelRun(repository, known.workflowRun);
    return { type: 'RunCancelRequested', run };
  },
};
