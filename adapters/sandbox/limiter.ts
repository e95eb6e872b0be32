// Limits that a process carries itself (rlimits), for what no control group enforces.
import { existsSync } from 'node:fs';
import type { Limits, Unenforced } from './contract.ts';

const prlimit = '/usr/bin/prlimit';

export type Limiter = {
  /** Put before the command inside the box; empty where the machine has no `prlimit`. */
  command: readonly string[];
  unenforced: Unenforced;
};

/** The box's own threads of the supervisor count as well. */
const spareProcesses = 32;

const noGroup = 'This process may make no control group here';

export const limiter = (limits: Limits, byGroup: ReadonlySet<keyof Limits>): Limiter => {
  const has = existsSync(prlimit);
  const unenforced: Partial<Record<keyof Limits, string>> = {};
  // No rlimit stands in for it: they count reserved addresses, and Node alone reserves 570 MB to use 40.
  if (!byGroup.has('memoryBytes'))
    unenforced.memoryBytes = `${noGroup}, and no other limit counts memory that is used.`;
  if (!byGroup.has('cpus')) unenforced.cpus = `${noGroup}, so only the seconds of each process are limited.`;
  if (!byGroup.has('processes') && !has) unenforced.processes = `${noGroup}, and ${prlimit} is missing.`;
  else if (!byGroup.has('processes') && process.getuid?.() === 0)
    unenforced.processes = `${noGroup}, and the kernel exempts root from its number of processes.`;
  if (!has) return { command: [], unenforced: { ...unenforced, fileBytes: `${prlimit} is missing.` } };
  const options = [`--fsize=${limits.fileBytes}`, '--core=0'];
  // Seconds of one process: a stop for what runs away on many threads, no share of the machine.
  if (!byGroup.has('cpus')) options.push(`--cpu=${Math.ceil(limits.wallSeconds * Math.max(1, limits.cpus))}`);
  if (!byGroup.has('processes')) options.push(`--nproc=${limits.processes + spareProcesses}`);
  return { command: [prlimit, ...options, '--'], unenforced };
};
