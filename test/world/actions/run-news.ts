// The workflow_run webhooks.
import { type ActionsHost, now } from './actions-host.ts';
import type { RunRecord, RunRow } from './run-record.ts';

export async function endRun(host: ActionsHost, run: RunRecord, conclusion: RunRow['conclusion']): Promise<void> {
  Object.assign(run.row, { status: 'completed', conclusion, updated_at: now() });
  await tellRun(host, run, 'completed');
}

export function tellRun(
  host: ActionsHost,
  run: RunRecord,
  action: 'requested' | 'in_progress' | 'completed',
): Promise<void> {
  const payload = { action, workflow_run: { ...run.row }, workflow: run.workflowRow };
  return host.world.announce('workflow_run', action, payload, run.repository, run.cause);
}
