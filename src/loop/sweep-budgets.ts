// Ends the runs that may not go on, whatever their runner says: one that hangs still sends heartbeats.
import { finishedKey } from '../facts/run.ts';
import { append } from '../journal/append.ts';
import { exceed } from '../journal/budget.ts';
import type { Journal } from '../journal/database.ts';
import { endRun, usageOf } from '../journal/lease.ts';
import { overdueRuns } from '../journal/overdue.ts';

/** Returns how many runs were ended. The fence keeps a run that was reported meanwhile as its runner reported it. */
export async function sweepBudgets({ db, enqueue }: Pick<Journal, 'db' | 'enqueue'>): Promise<number> {
  let ended = 0;
  for (const { id: run, stream, fence, outcome, use } of await overdueRuns(db)) {
    await db.transaction().execute(async (tx) => {
      if (!(await endRun(tx, run, outcome, fence))) return;
      ended++;
      if (use) await exceed(tx, enqueue, { run, stream }, use);
      const fact = { type: 'RunLost', run, outcome, usage: await usageOf(tx, run) } as const;
      await append(tx, enqueue, { stream, key: finishedKey(run), fact });
    });
  }
  return ended;
}
