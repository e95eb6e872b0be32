// A box: one command run with an allow-listed root, its whole environment named, and no network but two bridged sockets.
import type { Readable } from 'node:stream';

/** `path` is a real host path (no symbolic link in it) and the same path inside. A file, a directory or a socket. */
export type Mount = { path: string; writable: boolean };

/** Of a box that works on a repository: dependencies and build outputs of large ones stay below half of it. Chosen by hand. */
export const mostDiskBytes = 16 * 2 ** 30;

/** Files and folders that a box's writable mounts and a home that was given may hold together: counting more takes minutes. */
export const mostEntries = 2_000_000;

export type Limits = {
  /** Wall clock from start to kill. */
  wallSeconds: number;
  /** Memory of all processes of the box together; private /tmp counts. */
  memoryBytes: number;
  /** Cores' worth of processor time at any moment; 0.5 is half of one core. */
  cpus: number;
  /** Processes and threads of the box at the same time. */
  processes: number;
  /** Largest single file that the command may write. */
  fileBytes: number;
  /**
   * What writable mounts and a home that was given hold, together, whoever wrote it: looked at every one to ten seconds and
   * once more at the end, so that more may be there before the box is ended. Each private directory (/tmp, a home of the
   * box's own) holds no more either.
   */
  diskBytes: number;
  /** How much of stdout, and again of stderr, the result keeps (its end). The rest is read and dropped. */
  outputBytes: number;
};

/** What the command sees. URLs carry no trailing slash and are absent when their socket was not given. */
export type Inside = {
  modelUrl?: string;
  proxyUrl?: string;
  /** Private home and temporary directory, both writable and fresh unless `Box.home` was given. */
  home: string;
  tmp: string;
};

export type Box = {
  mounts: readonly Mount[];
  /** Host paths of tools (a Node installation, an agent CLI), mounted read-only at the same path. Links are resolved. */
  toolchains: readonly string[];
  /** Working directory: a mounted path, or `/tmp`. */
  cwd: string;
  /** The WHOLE environment, PATH included: nothing is added to it and nothing is inherited. */
  env: (inside: Inside) => Readonly<Record<string, string>>;
  /** Host directory used as home, writable, same path inside. Absent: an empty one that vanishes with the box. */
  home?: string;
  /** Unix socket on the host that speaks HTTP; the box reaches it at `Inside.modelUrl`. */
  modelSocket?: string;
  /** The same for the HTTP and CONNECT proxy (see egress.ts); the box reaches it at `Inside.proxyUrl`. */
  egressSocket?: string;
  limits: Limits;
};

/** The reason is one sentence for an operator. */
export type Unenforced = Readonly<Partial<Record<keyof Limits, string>>>;

export type BoxIo = {
  /** Every chunk as it arrives, also what the result later drops. A throw here kills the box and rejects the run. */
  stdout?: (chunk: Buffer) => void;
  stderr?: (chunk: Buffer) => void;
  /** Abort kills the whole box; the run then resolves with `cancelled`. */
  signal?: AbortSignal;
  /** Absent: standard input is empty. A stream keeps it open for as long as it goes on itself. */
  stdin?: Buffer | Readable;
};

export type BoxResult = {
  /** Null when a signal ended the command, the box was killed or `overDisk`. A command that cannot be started ends with 127. */
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  cancelled: boolean;
  /** More than `diskBytes` or `mostEntries` was there: the box was ended for it, or left it so. */
  overDisk: boolean;
  /** True when stdout or stderr was longer than `outputBytes`; their beginning is then missing. */
  truncated: boolean;
  durationMs: number;
  stdout: Buffer;
  stderr: Buffer;
  /**
   * Connections and packets that were meant for an address instead of the proxy; none left the box. Absent where nobody
   * could count: the box was killed, or there was none.
   */
  unrouted?: number;
  /** Limits that do not hold for the box as a whole on this machine (one that holds per process only is named too), and why. */
  unenforced: Unenforced;
};

export const sandboxNames = ['bubblewrap', 'container', 'srt', 'none'] as const;
export type SandboxName = (typeof sandboxNames)[number];

export type Available = { ok: true } | { ok: false; why: string };

/**
 * `run` resolves once every process of the box is gone (without a box: every process of the command's group) and always
 * removes what it made on the host. It throws Permanent when the box itself cannot be built, never for what the command does.
 */
export type Sandbox = {
  name: SandboxName;
  /** False: the command runs with the rights of this process. Only an explicit choice leads there (trust.md 4). */
  boxed: boolean;
  /** `why` is one sentence that says what is missing and how to get it. */
  available(): Promise<Available>;
  run(box: Box, command: readonly string[], io?: BoxIo): Promise<BoxResult>;
};
