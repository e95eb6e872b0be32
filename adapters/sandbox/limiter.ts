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
  // No rlimit stands in for it: they count reserved addresses, and Node alone reserves 570 MB to use 40.
  if (!byGroup.has('memoryBytes')) unenforced.push('memoryBytes');
  if (!byGroup.has('cpus')) unenforced.push('cpus');
  const has = existsSync(prlimit);
  // The kernel exempts root's processes from their number limit.
  if (!byGroup.has('processes') && (!has || process.getuid?.() === 0)) unenforced.push('processes');
  if (!has) return { command: [], unenforced: [...unenforced, 'fileBytes'] };
  const options = [`--fsize=${limits.fileBytes}`, '--core=0'];
  // Seconds of one process: a stop for what runs away on many threads, no share of the machine.
  if (!byGroup.has('cpus')) options.push(`--cpu=${Math.ceil(limits.wallSeconds * Math.max(1, limits.cpus))}`);
  if (!byGroup.has('processes')) options.push(`--nproc=${limits.processes + spareProcesses}`);
  return { command: [prlimit, ...options, '--'], unenforced };
};
