// A remote, a clone to make attacks in, and a store over them; everything below one temporary directory.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { GitRepo, GitStore, InspectLimits } from '../../../adapters/git/contract.ts';
import { createGitStore } from '../../../adapters/git/store.ts';
import { createBubblewrap } from '../../../adapters/sandbox/bubblewrap.ts';

export const sandbox = createBubblewrap();
const available = await sandbox.available();
export const boxed = available.ok;
export const skipped = available.ok ? '' : ` (skipped: ${available.why})`;

export const anonymous = async () => null;
export const limits: InspectLimits = { bytes: 1_000_000, files: 500, fileBytes: 200_000, depth: 20, seconds: 30 };

const identity = {
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

export type TestRepository = {
  directory: string;
  remote: string;
  work: string;
  store: GitStore;
  repo: GitRepo;
  /** Runs git in the clone; throws on failure; answers trimmed standard output. */
  git(...args: string[]): string;
  gitWith(input: string | Buffer, ...args: string[]): string;
  commit(message?: string): string;
  /** A bundle of `head` (a ref or sha) on `start`. */
  bundle(start: string, head: string): Buffer;
  remove(): void;
};

export const makeRepository = (): TestRepository => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-git-')));
  const remote = join(directory, 'remote.git');
  const work = join(directory, 'work');
  mkdirSync(work);
  const run = (cwd: string, args: readonly string[], input?: string | Buffer): Buffer => {
    const env = { PATH: '/usr/bin:/bin', HOME: directory, GIT_CONFIG_NOSYSTEM: '1', ...identity };
    const result = spawnSync('git', ['-c', 'core.protectNTFS=false', '-c', 'core.protectHFS=false', ...args], {
      cwd,
      env,
      input,
      maxBuffer: 1e8,
    });
    if (result.status !== 0) throw new Error(`git ${args.join(' ')}: ${result.stderr}`);
    return result.stdout;
  };
  run(directory, ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  run(work, ['init', '--quiet', '--initial-branch=main']);
  run(work, ['remote', 'add', 'origin', remote]);
  run(remote, ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  const git = (...args: string[]): string => run(work, args).toString().trim();
  return {
    directory,
    remote,
    work,
    git,
    repo: { id: '42', url: pathToFileURL(remote).href },
    store: createGitStore({ dataDir: join(directory, 'data'), sandbox, allowFileProtocol: true }),
    gitWith: (input, ...args) => run(work, args, input).toString().trim(),
    commit(message = 'change') {
      git('add', '-A');
      git('commit', '--quiet', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD');
    },
    bundle(start, head) {
      git('update-ref', 'refs/heads/bundled', head);
      return run(work, ['bundle', 'create', '--quiet', '--version=2', '-', 'refs/heads/bundled', `^${start}`]);
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
};
