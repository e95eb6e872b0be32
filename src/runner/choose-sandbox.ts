// The box is not optional by accident: where none can be made a run is refused, unless its operator said "srt" or "none" by name.
import type { Sandbox } from '../../adapters/sandbox/contract.ts';
import { Permanent } from '../errors.ts';
import type { JobLog } from './job-log.ts';
import type { Adapters, Settings } from './ports.ts';

const warnings: Partial<Record<Sandbox['name'], string>> = {
  srt: '**No box.** This runner was told to use `srt`, which keeps less apart than a box does.',
  none: '**No sandbox.** This runner was told to run without a box (`none`), so code of the agent has the rights of this job.',
};

export async function chooseSandbox(
  { sandbox: wanted }: Pick<Settings, 'sandbox'>,
  { sandboxes }: Pick<Adapters, 'sandboxes'>,
  log: JobLog,
): Promise<Sandbox> {
  const sandbox = sandboxes[wanted];
  const warning = warnings[wanted];
  if (warning !== undefined)
    await log.summary(`> ${warning} It is on record, and Gantry does not merge such work by itself.`);
  const available = await sandbox.available();
  if (available.ok) return sandbox;
  throw new Permanent(
    `Nothing of a repository runs outside a box, and this machine cannot make one: ${available.why} To run without a box all the same (a demo), set GANTRY_SANDBOX=none on the runner.`,
  );
}
