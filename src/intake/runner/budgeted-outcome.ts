// How a run ended whose budget was used up, or whose calls cannot be accounted for: the control plane counted, so its word stands and not the runner's.
import type { BudgetUse } from '../../facts/budget.ts';
import type { RunnerOutcome } from '../../facts/run.ts';
import { countedOutcome, exceed, runningFor } from '../../journal/budget.ts';
import type { Enqueue } from '../../journal/enqueue.ts';
import type { RunRow } from '../../journal/lease.ts';
import type { Tx } from '../../journal/tables.ts';

/** A runner stops by itself when its time is up; that is put on record here as the sweep would have done a minute later. */
export async function budgetedOutcome(
  tx: Tx,
  enqueue: Enqueue,
  run: RunRow,
  told: RunnerOutcome,
): Promise<RunnerOutcome> {
  const counted = await countedOutcome(tx, run.id);
  if (counted) return counted;
  if (told.kind !== 'timed_out') return told;
  const use: BudgetUse = {
    budget: 'runMinutes',
    limit: run.assignment.budget.wallSeconds,
    used: await runningFor(tx, run.id),
  };
  await exceed(tx, enqueue, { run: run.id, stream: run.stream }, use);
  return told;
}
