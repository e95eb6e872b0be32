// The host's git, only ever on repositories that we alone wrote: no configuration but ours, no hooks, few protocols.
import { spawn } from 'node:child_process';
import { Permanent } from '../../src/errors.ts';

export type GitOptions = {
  /** Program search path of git and ssh-keygen. */
  path?: string;
  /** Further variables for transport (proxies, certificate files). */
  env?: Readonly<Record<string, string>>;
  /** Tests only: lets a remote be a local directory. */
  allowFileProtocol?: boolean;
};

export type GitRun = { code: number; stdout: Buffer; stderr: string };

export type GitCall = {
  directory: string;
  args: readonly string[];
  input?: Buffer | string;
  env?: Readonly<Record<string, string>>;
  /** Standard output above this kills git: Permanent. Default 256 MiB. */
  maxBytes?: number;
  /** More NUL-terminated fields than this on standard output kill git: Permanent. */
  maxFields?: number;
  /** For walks over trees that strangers made: limits memory and processor time. A breach is Permanent. */
  bounded?: boolean;
  /** Default 120. */
  seconds?: number;
};

export type Git = {
  /** Any exit code is an answer. Throws Permanent when git cannot be started or exceeds a limit. */
  run(call: GitCall): Promise<GitRun>;
  /** Standard output of a call that must succeed; else Permanent with git's last words. */
  read(call: GitCall): Promise<Buffer>;
};

const config = (allowFile: boolean): string[] =>
  [
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.attributesFile=/dev/null',
    'core.alternateRefsCommand=',
    'credential.helper=',
    'http.followRedirects=false',
    'protocol.allow=never',
    'protocol.http.allow=always',
    'protocol.https.allow=always',
    `protocol.file.allow=${allowFile ? 'always' : 'never'}`,
    'transfer.bundleURI=false',
    'gc.auto=0',
    'maintenance.auto=false',
  ].flatMap((entry) => ['-c', entry]);

const baseEnv = (path: string): Record<string, string> => ({
  PATH: path,
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_LITERAL_PATHSPECS: '1',
});

const boundedSeconds = 60;

/**
 * Data and not address space: mapped packs do not count, and those of a large repository are larger than any walk may
 * be. A limit that cannot be set is tighter already, or the machine has none: wall clock and output are bounded anyway.
 */
const bound = `ulimit -d ${2 * 1024 * 1024} 2>/dev/null || :; ulimit -t ${boundedSeconds} 2>/dev/null || :; exec git "$@"`;

export const createGit = (options: GitOptions = {}): Git => {
  const flags = config(options.allowFileProtocol ?? false);
  const env = { ...baseEnv(options.path ?? '/usr/local/bin:/usr/bin:/bin'), ...options.env };

  const run = (call: GitCall): Promise<GitRun> =>
    new Promise((resolve, reject) => {
      const command = call.args[0] ?? '';
      const { maxBytes = 256 * 1024 * 1024, maxFields, seconds = 120 } = call;
      const args = [...flags, `--git-dir=${call.directory}`, ...call.args];
      const [program, ...words] = call.bounded ? ['/bin/sh', '-c', bound, 'sh', ...args] : ['git', ...args];
      const child = spawn(program ?? 'git', words, {
        cwd: '/',
        env: { ...env, ...call.env },
        // A group of its own: transports run as children of git and must end with it.
        detached: true,
        stdio: 'pipe',
      });
      const out: Buffer[] = [];
      let size = 0;
      let fields = 0;
      let stderr = '';
      let refused: string | undefined;
      const stop = (why: string) => {
        refused ??= why;
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
      };
      const clock = setTimeout(() => stop(`took longer than ${seconds} s`), seconds * 1_000);
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (maxFields !== undefined) for (const byte of chunk) if (byte === 0) fields += 1;
        if (size > maxBytes) stop(`answered more than ${maxBytes} bytes`);
        else if (maxFields !== undefined && fields > maxFields) stop(`answered more than ${maxFields} entries`);
        else out.push(chunk);
      });
      child.stderr.on('data', (chunk: Buffer) => {
        stderr = (stderr + chunk.toString('utf8')).slice(-4_096);
      });
      // git that ends early leaves its input unread; its exit code tells why.
      child.stdin.on('error', () => {});
      child.stdin.end(call.input);
      child.once('error', (cause) => {
        clearTimeout(clock);
        reject(new Permanent('git cannot be started. Install git on this machine.', { cause }));
      });
      child.once('close', (code, signal) => {
        clearTimeout(clock);
        if (call.bounded && signal !== null && refused === undefined)
          refused = `needed more than ${boundedSeconds} s of processor time or its memory (${signal})`;
        if (refused !== undefined) reject(new Permanent(`git ${command} ${refused} and was stopped.`));
        else resolve({ code: code ?? 128, stdout: Buffer.concat(out), stderr });
      });
    });

  return {
    run,
    async read(call) {
      const { code, stdout, stderr } = await run(call);
      if (code !== 0) throw new Permanent(`git ${call.args[0]} failed (${code}): ${stderr.trim().slice(-500)}`);
      return stdout;
    },
  };
};
