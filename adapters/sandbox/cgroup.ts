// Memory, process and processor limits for a whole box, where this process may make control groups (version 2 or 1).
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Limits } from './contract.ts';

export type Cgroup = {
  /** Directories whose `cgroup.procs` the first process writes itself into before it starts anything. */
  directories: readonly string[];
  enforced: ReadonlySet<keyof Wanted>;
  /** Removes the groups; every process must be gone. Throws when the kernel still counts one after two seconds. */
  remove(): Promise<void>;
};

/** Script for `sh -c`: enters the groups, then becomes the command. Arguments: directories, `--`, the command. */
export const enter = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs" || exit 1; shift; done; shift; exec "$@"';

type Wanted = Pick<Limits, 'memoryBytes' | 'processes' | 'cpus'>;

/** The kernel hands processor time out in slices of this length. */
const periodMicroseconds = 100_000;
const quotaOf = ({ cpus }: Wanted): number => Math.max(1_000, Math.round(cpus * periodMicroseconds));

const mounts = '/sys/fs/cgroup';

/** Path of this process in a hierarchy of /proc/self/cgroup; `''` names version 2. */
const ownPath = (table: string, controller: string): string | undefined => {
  for (const line of table.split('\n')) {
    const [, names, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path !== undefined && names?.split(',').includes(controller)) return path;
  }
  return undefined;
};

/** False where the file does not exist or the kernel refuses: then this limit is not enforced, and reported so. */
const tryWrite = (path: string, value: string): boolean => {
  try {
    writeFileSync(path, value);
    return true;
  } catch {
    // Reported by the caller as unenforced.
    return false;
  }
};

const tryMake = (path: string): boolean => {
  try {
    mkdirSync(path);
    return true;
  } catch {
    // No right to make groups here: the next candidate is tried, or the limit is reported as unenforced.
    return false;
  }
};

const unified = (table: string, name: string, wanted: Wanted, enforced: Set<keyof Wanted>): string[] => {
  const own = ownPath(table, '');
  if (own === undefined || !existsSync(join(mounts, 'cgroup.controllers'))) return [];
  // A group with processes cannot pass controllers on, so a sibling is the usual place and a child the exception (root).
  for (const parent of new Set([join(mounts, own), dirname(join(mounts, own))])) {
    if (!parent.startsWith(mounts) || !existsSync(join(parent, 'cgroup.subtree_control'))) continue;
    const passed = readFileSync(join(parent, 'cgroup.subtree_control'), 'utf8').split(/\s+/);
    if (!passed.includes('memory') || !passed.includes('pids')) continue;
    const directory = join(parent, name);
    if (!tryMake(directory)) continue;
    if (tryWrite(join(directory, 'memory.max'), String(wanted.memoryBytes))) enforced.add('memoryBytes');
    tryWrite(join(directory, 'memory.swap.max'), '0');
    if (tryWrite(join(directory, 'pids.max'), String(wanted.processes))) enforced.add('processes');
    if (tryWrite(join(directory, 'cpu.max'), `${quotaOf(wanted)} ${periodMicroseconds}`)) enforced.add('cpus');
    return [directory];
  }
  return [];
};

const legacy = (table: string, name: string, wanted: Wanted, enforced: Set<keyof Wanted>): string[] => {
  const made: string[] = [];
  const limit = (controller: string, file: string, value: number, as: keyof Wanted) => {
    const own = ownPath(table, controller);
    const directory = join(mounts, controller, own ?? '', name);
    if (own === undefined || !tryMake(directory)) return;
    made.push(directory);
    if (tryWrite(join(directory, file), String(value))) enforced.add(as);
  };
  limit('memory', 'memory.limit_in_bytes', wanted.memoryBytes, 'memoryBytes');
  limit('pids', 'pids.max', wanted.processes, 'processes');
  // The period is the kernel's default, which is ours too.
  limit('cpu', 'cpu.cfs_quota_us', quotaOf(wanted), 'cpus');
  return made;
};

const removeGroup = async (directory: string): Promise<void> => {
  const deadline = performance.now() + 2_000;
  for (;;) {
    try {
      return rmdirSync(directory);
    } catch (error) {
      // The kernel lets go of a dead process a little after it has told us.
      const busy = error instanceof Error && 'code' in error && error.code === 'EBUSY';
      if (!busy || performance.now() > deadline) throw error;
    }
    await delay(5);
  }
};

/** Null where no group can be made. `name` must be unique on the machine. */
export const makeCgroup = (name: string, wanted: Wanted): Cgroup | null => {
  if (!existsSync('/proc/self/cgroup')) return null;
  const table = readFileSync('/proc/self/cgroup', 'utf8');
  const enforced = new Set<keyof Wanted>();
  let directories = unified(table, name, wanted, enforced);
  if (directories.length === 0) directories = legacy(table, name, wanted, enforced);
  if (directories.length === 0) return null;
  return {
    directories,
    enforced,
    async remove() {
      for (const directory of directories) await removeGroup(directory);
    },
  };
};
