// What holds a run back and what ends it early: concurrency groups and cancel.
import type { ActionsHost } from './actions-host.ts';
import { type Contexts, fill, fillText } from './expressions.ts';
import type { Conclusion, RunRecord } from './run-record.ts';
import type { ConcurrencyDefinition } from './workflow-file.ts';

/** Runs `work` as member of a concurrency group, if one is named; 'cancelled' if it never got in. */
export async function inGroup(
  host: ActionsHost,
  run: RunRecord,
  definition: ConcurrencyDefinition | undefined,
  contexts: Contexts,
  work: () => Promise<Conclusion>,
): Promise<Conclusion> {
  if (definition === undefined) return work();
  if (run.cancelled) return 'cancelled';
  const spelled = typeof definition === 'string' ? { group: definition } : definition;
  const group = `${run.repository} ${fillText(spelled.group, contexts)}`;
  const cancelInProgress = fill(spelled['cancel-in-progress'], contexts) === true;
  const place = host.concurrency.enter(group, cancelInProgress, () => cancelRun(host, run));
  run.onCancel.add(place.giveUp);
  const leave = await place.entered;
  run.onCancel.delete(place.giveUp);
  if (!leave) return 'cancelled';
  try {
    return run.cancelled ? 'cancelled' : await work();
  } finally {
    leave();
  }
}

/** Asks all jobs to stop; steps with always() still run unless `forced`. */
export function cancelRun(host: ActionsHost, run: RunRecord, forced = false): void {
  run.cancelled = true;
  run.forced ||= forced;
  for (const giveUp of run.onCancel) giveUp();
  for (const job of run.jobs) forced ? job.groups.kill() : job.groups.stop(host.grace);
}
