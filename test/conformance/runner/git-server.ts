// A repository over smart HTTP, read with one token: git's own server program behind a few lines.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type GitServer = {
  url: string;
  work: string;
  git(...args: string[]): string;
  /** Commits and pushes everything in `work`; answers the commit. */
  push(): string;
  close(): Promise<void>;
};

export const gitToken = 'ghs_reads_the_target_repository';

const program = join(spawnSync('git', ['--exec-path']).stdout.toString().trim(), 'git-http-backend');

/** Starts with a copy of `folder`. */
export async function startGitServer(folder: string): Promise<GitServer> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-runner-git-')));
  const work = join(root, 'work');
  mkdirSync(work);
  const env = {
    ...{ PATH: '/usr/bin:/bin', HOME: root, GIT_CONFIG_NOSYSTEM: '1' },
    ...{ GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.org' },
    ...{ GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.org' },
  };
  const run = (cwd: string, args: readonly string[]): string => {
    const done = spawnSync('git', args, { cwd, env });
    if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.stderr}`);
    return done.stdout.toString().trim();
  };
  run(root, ['init', '--quiet', '--bare', '--initial-branch=main', 'target.git']);
  run(join(root, 'target.git'), ['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  run(work, ['init', '--quiet', '--initial-branch=main']);
  run(work, ['remote', 'add', 'origin', join(root, 'target.git')]);
  cpSync(folder, work, { recursive: true });

  const wanted = `Basic ${Buffer.from(`x-access-token:${gitToken}`).toString('base64')}`;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const child = spawn(program, {
      env: {
        ...{ GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', REMOTE_USER: 'app' },
        ...{ PATH_INFO: path, QUERY_STRING: query, REQUEST_METHOD: request.method },
        CONTENT_TYPE: request.headers['content-type'],
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'],
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      },
    });
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('close', () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf('\r\n\r\n');
      for (const line of all.subarray(0, end).toString().split('\r\n')) {
        const [name = '', value = ''] = line.split(': ');
        if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      response.end(all.subarray(end + 4));
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/target.git`,
    work,
    git: (...args) => run(work, args),
    push() {
      run(work, ['add', '-A']);
      run(work, ['commit', '--quiet', '-m', 'change']);
      run(work, ['push', '--quiet', '--force', 'origin', 'HEAD']);
      return run(work, ['rev-parse', 'HEAD']);
    },
    async close() {
      await new Promise<void>((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      });
      rmSync(root, { recursive: true, force: true });
    },
  };
}
