// Limits that a process carries itself (rlimits), for what no control group enforces.
import { existsSync } from 'node:fs';
import type { Limits } from './contract.ts';

const prlimit = '/usr/bin/prlimit';

export type Limiter = {
  /** Put before the command inside the box; empty where the machine has no `prlimit`. */
  command: readonly string[];
  unenforced: readonly (keyof Limits)[];
};

/** The box's own threads of the supervisor count as well. */
const spareProcesses = 32;

export const limiter = (limits: Limits, byGroup: ReadonlySet<keyof Limits>): Limiter => {
  const unenforced: (keyof Limits)[] = [];
  // Per process only, so it does not hold for the box.
  if (!byGroup.has('memoryBytes')) unenforced.push('memoryBytes');
  const has = existsSync(prlimit);
  // The kernel exempts root's processes from their number limit.
  if (!byGroup.has('processes') && (!has || process.getuid?.() === 0)) unenforced.push('processes');
  if (!has) return { command: [], unenforced: [...unenforced, 'fileBytes'] };
  const options = [`--fsize=${limits.fileBytes}`, '--core=0'];
  if (!byGroup.has('memoryBytes')) options.push(`--data=${limits.memoryBytes}`);
  if (!byGroup.has('processes')) options.push(`--nproc=${limits.processes + spareProcesses}`);
  return { command: [prlimit, ...options, '--'], unenforced };
};
