// Installs an agent CLI from the lockfile beside its adapter, once per machine and lockfile.
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { copyFile, mkdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Permanent, Retryable } from '../../src/errors.ts';

export type LockedCli = {
  /** Becomes the first part of the directory's name. */
  name: string;
  /** Directory with package.json and package-lock.json. */
  source: string;
};

/** Codes by which npm says that the network, not the lockfile, was the problem. */
const NETWORK = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ERR_SOCKET_TIMEOUT',
  'E429',
  'E502',
  'E503',
  'E504',
]);
const TIMEOUT_MS = 10 * 60_000;

/** Real path of `directory/<name>-<lock hash>`, null while it is not there. */
export async function findLocked(cli: LockedCli, directory: string): Promise<string | null> {
  const target = join(directory, await directoryName(cli));
  return (await exists(target)) ? realpath(target) : null;
}

/** The same, installed when it is not there. */
export async function installLocked(cli: LockedCli, directory: string): Promise<string> {
  const found = await findLocked(cli, directory);
  if (found !== null) return found;
  const name = await directoryName(cli);
  const target = join(directory, name);
  const stage = join(directory, `.${name}.${randomUUID()}`);
  await mkdir(stage, { recursive: true });
  try {
    for (const file of ['package.json', 'package-lock.json']) await copyFile(join(cli.source, file), join(stage, file));
    await npmCi(cli.name, stage);
    await publish(stage, target);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
  return realpath(target);
}

/** One lockfile serves several platforms with different programs. */
async function directoryName({ name, source }: LockedCli): Promise<string> {
  const lock = await readFile(join(source, 'package-lock.json'));
  const hash = createHash('sha256')
    .update(lock)
    .update(`${process.platform}-${process.arch}`)
    .digest('hex')
    .slice(0, 12);
  return `${name}-${hash}`;
}

/** The rename is the only step that others see. Whoever comes second finds a complete directory and drops its own. */
async function publish(stage: string, target: string): Promise<void> {
  try {
    await rename(stage, target);
  } catch (error) {
    if (!(await exists(target))) throw error;
  }
}

/** A path that cannot be looked at counts as missing: then it is installed, and that says what is wrong. */
async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function npmCi(name: string, stage: string): Promise<void> {
  const options = [
    'ci',
    // Platform packages carry the binaries; no package of ours may run a script on the host.
    '--ignore-scripts',
    '--include=optional',
    // The binaries do not run on the Node that installs them.
    '--engine-strict=false',
    // Started from an npm script, npm would otherwise inherit that script's project.
    `--prefix=${stage}`,
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--fetch-retries=2',
    '--fetch-retry-factor=2',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=5000',
  ];
  return new Promise((resolve, reject) => {
    execFile('npm', options, { cwd: stage, timeout: TIMEOUT_MS, maxBuffer: 4 << 20 }, (error, _stdout, stderr) => {
      if (error === null) resolve();
      else reject(installError(name, stderr, error));
    });
  });
}

function installError(
  name: string,
  stderr: string,
  cause: Error & { code?: string | number | null; killed?: boolean },
): Error {
  if (cause.code === 'ENOENT')
    return new Permanent(`Agent ${name} cannot be installed: npm is not on PATH.`, { cause });
  const code =
    /^npm (?:error|ERR!) code (\S+)/m.exec(stderr)?.[1] ?? (cause.killed ? 'ETIMEDOUT' : `exit ${cause.code}`);
  const what = `Agent ${name} cannot be installed: npm ci ended with ${code}.`;
  if (NETWORK.has(code))
    return new Retryable(
      `${what} The package registry did not answer; check \`npm ping\` on this machine and try again.`,
      { cause },
    );
  return new Permanent(`${what} Run \`npm ci --ignore-scripts\` in adapters/agent/${name} to see npm's own report.`, {
    cause,
  });
}
