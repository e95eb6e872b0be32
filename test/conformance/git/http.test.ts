// The transport as in production: smart HTTP with a token, against git's own server program.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGitStore } from '../../../adapters/git/store.ts';
import { Retryable } from '../../../src/errors.ts';
import { makeRepository, sandbox, type TestRepository } from './repository.ts';

const program = join(spawnSync('git', ['--exec-path']).stdout.toString().trim(), 'git-http-backend');
const wanted = `Basic ${Buffer.from('x-access-token:ghs_right').toString('base64')}`;
const token = (password: string) => async () => ({ username: 'x-access-token', password });

let at: TestRepository;
let url: string;

const server = createServer((request, response) => {
  if (request.headers.authorization !== wanted) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return;
  }
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const child = spawn(program, {
    env: {
      GIT_PROJECT_ROOT: at.directory,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: request.method,
      REMOTE_USER: 'app',
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

beforeAll(async () => {
  at = makeRepository();
  spawnSync('git', ['config', 'http.receivepack', 'true'], { cwd: at.remote });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/remote.git`;
});
afterAll(async () => {
  await new Promise((closed) => server.close(closed));
  at.remove();
});

const why = existsSync(program) ? '' : '(skipped: git http-backend is not installed)';

test.skipIf(why !== '')(`fetch and push with a token; the wrong one is refused ${why}`, async () => {
  writeFileSync(join(at.work, 'a'), 'a\n');
  const start = at.commit();
  at.git('push', '--quiet', 'origin', 'main');
  const store = createGitStore({ dataDir: join(at.directory, 'http-data'), sandbox });
  const repo = { id: '9', url };
  const refs = ['refs/heads/main'];
  await expect(store.mirror(repo, token('ghs_wrong'), { refs })).rejects.toThrow(Retryable);
  expect(await store.mirror(repo, token('ghs_right'), { refs })).toEqual({ 'refs/heads/main': start });
  const person = { name: 'a', email: 'a@example.org', at: 1 };
  const pushed = await store.commitAndPush({
    ...{ repo, auth: token('ghs_right'), tree: await store.treeOf(repo, start), parents: [start], message: 'm' },
    ...{ author: person, committer: person, branch: 'gantry/1', expect: null },
  });
  expect(pushed.ok && (await store.remoteRef(repo, token('ghs_right'), 'refs/heads/gantry/1'))).toBe(
    pushed.ok && pushed.sha,
  );
});
