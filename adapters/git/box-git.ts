// Git in a box: the script's working repository is its own, the mirror is there read-only as a source of objects.
import { join } from 'node:path';
import { type Box, type BoxIo, type BoxResult, type Inside, mostDiskBytes, type Sandbox } from '../sandbox/contract.ts';

export type BoxGit = {
  /** Where git meets hostile bytes. */
  sandbox: Sandbox;
  /** Where git lives when not below /usr. */
  toolchains?: readonly string[];
  path?: string;
};

export type BoxScript = {
  script: string;
  /** `$1`, `$2`, … of the script. */
  args: readonly string[];
  /** Bare repository whose objects may be used. */
  objects: string;
  /** The working repository; absent: in the box's own /tmp, gone with it. */
  scratch?: string;
  mounts?: Box['mounts'];
  cwd?: string;
  env?: (inside: Inside) => Record<string, string>;
  seconds: number;
  outputBytes?: number;
  fileBytes?: number;
  io?: BoxIo;
};

const memoryBytes = 1024 ** 3;

/** Of commits that only carry a tree: the same input gives the same commit. */
const identity = {
  GIT_AUTHOR_NAME: 'gantry',
  GIT_AUTHOR_EMAIL: 'gantry@localhost',
  GIT_AUTHOR_DATE: '@0 +0000',
  GIT_COMMITTER_NAME: 'gantry',
  GIT_COMMITTER_EMAIL: 'gantry@localhost',
  GIT_COMMITTER_DATE: '@0 +0000',
};

/** Per process as well, for machines where a box's memory cannot be limited as a whole; packs that are mapped do not count. */
const limitData = `ulimit -d ${memoryBytes / 1024}\n`;

export const runInBox = ({ sandbox, toolchains = [], path }: BoxGit, order: BoxScript): Promise<BoxResult> => {
  const mounts = [
    { path: order.objects, writable: false },
    ...(order.scratch === undefined ? [] : [{ path: order.scratch, writable: true }]),
    ...(order.mounts ?? []),
  ];
  const env = (inside: Inside): Record<string, string> => ({
    PATH: path ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: inside.home,
    TMPDIR: inside.tmp,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_TERMINAL_PROMPT: '0',
    ...identity,
    GIT_DIR: join(order.scratch ?? inside.tmp, 'work.git'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(order.objects, 'objects'),
    ...order.env?.(inside),
  });
  const limits = {
    wallSeconds: order.seconds,
    memoryBytes,
    cpus: 2,
    processes: 64,
    fileBytes: order.fileBytes ?? memoryBytes,
    diskBytes: mostDiskBytes,
    outputBytes: order.outputBytes ?? 65_536,
  };
  const cwd = order.cwd ?? '/tmp';
  const command = ['sh', '-c', limitData + order.script, 'sh', ...order.args];
  return sandbox.run({ mounts, toolchains, cwd, env, limits }, command, order.io);
};

/** Git's last words, shortened, for a person. */
export const lastWords = ({ overDisk, stderr }: BoxResult): string =>
  overDisk ? 'it takes more disk than a box may hold' : stderr.toString('utf8').trim().slice(-500);
