import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommitAndPush } from '../../../adapters/git/contract.ts';
import { createGitStore } from '../../../adapters/git/store.ts';
import { Bug, Permanent, Retryable } from '../../../src/errors.ts';
import { anonymous, boxed, makeRepository, sandbox, skipped, type TestRepository } from './repository.ts';

let at: TestRepository;
let start: string;

beforeEach(async () => {
  at = makeRepository();
  writeFileSync(join(at.work, 'a.txt'), 'one\ntwo\nthree\n');
  writeFileSync(join(at.work, 'gone.txt'), 'x\n');
  start = at.commit('start');
  at.git('push', '--quiet', 'origin', 'main');
  await at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/main'] });
});
afterEach(() => at.remove());

describe('mirror', () => {
  test('it answers where refs stand, null for those that are gone, and keeps what it saw', async () => {
    const refs = ['refs/heads/main', 'refs/heads/nothing'];
    expect(await at.store.mirror(at.repo, anonymous, { refs })).toEqual({
      'refs/heads/main': start,
      'refs/heads/nothing': null,
    });
    at.git('checkout', '--quiet', '--orphan', 'other');
    const other = at.commit('other');
    at.git('push', '--quiet', '--force', 'origin', 'other:main');
    expect(await at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/main'] })).toEqual({
      'refs/heads/main': other,
    });
    expect([await at.store.has(at.repo, start), await at.store.has(at.repo, other)]).toEqual([true, true]);
  });

  test('a commit without a ref is fetched by its sha, once', async () => {
    const second = at.commit('second');
    at.git('push', '--quiet', 'origin', 'main');
    expect(await at.store.mirror(at.repo, anonymous, { shas: [second] })).toEqual({});
    expect(await at.store.has(at.repo, second)).toBe(true);
  });

  test('calls at the same time take turns', async () => {
    const all = Array.from({ length: 5 }, () => at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/main'] }));
    expect(await Promise.all(all)).toEqual(all.map(() => ({ 'refs/heads/main': start })));
  });

  test('a remote that is not there is worth another try', async () => {
    const repo = { id: '43', url: `${at.repo.url}-missing` };
    await expect(at.store.mirror(repo, anonymous, { refs: ['refs/heads/main'] })).rejects.toThrow(Retryable);
  });

  test('local directories, other protocols and credentials in the URL are refused', async () => {
    const strict = createGitStore({ dataDir: join(at.directory, 'strict'), sandbox });
    for (const url of [at.repo.url, 'ssh://host/x', 'ext::sh -c id', 'https://u:p@example.org/x', '--upload-pack=id']) {
      await expect(strict.mirror({ id: '1', url }, anonymous, { refs: ['refs/heads/main'] })).rejects.toThrow(Bug);
    }
  });

  test('names that could be options or paths are refused', async () => {
    await expect(at.store.mirror(at.repo, anonymous, { refs: ['--exec=x'] })).rejects.toThrow(Bug);
    await expect(at.store.mirror({ ...at.repo, id: '../x' }, anonymous, { refs: [] })).rejects.toThrow(Bug);
    await expect(at.store.listTree(at.repo, 'HEAD')).rejects.toThrow(Bug);
  });
});

describe.skipIf(!boxed)(`a rebase${skipped}`, () => {
  /** `b.txt` is edited, `new.txt` added and `gone.txt` removed from the start; the mirror holds it. */
  const made = async (onMain: () => void) => {
    writeFileSync(join(at.work, 'new.txt'), 'new\n');
    writeFileSync(join(at.work, 'a.txt'), 'one\nTWO\nthree\n');
    at.git('rm', '--quiet', 'gone.txt');
    const commit = at.commit('made');
    at.git('push', '--quiet', 'origin', 'HEAD:refs/heads/made');
    at.git('reset', '--quiet', '--hard', start);
    onMain();
    const onto = at.commit('present');
    at.git('push', '--quiet', 'origin', 'main');
    await at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/main', 'refs/heads/made'] });
    return { repo: at.repo, start, tree: at.git('rev-parse', `${commit}^{tree}`), onto };
  };

  test('puts the change on the present base, which keeps what is its own', async () => {
    const request = await made(() => {
      mkdirSync(join(at.work, '.github/workflows'), { recursive: true });
      writeFileSync(join(at.work, '.github/workflows/ci.yml'), 'on: push\n');
    });
    const rebased = await at.store.rebase(request);
    if (!rebased.ok) throw new Error(rebased.detail);
    const author = { name: 'bot', email: 'bot@example.org', at: 1 };
    const pushed = await at.store.commitAndPush({
      ...{ repo: at.repo, auth: anonymous, tree: rebased.tree, parents: [request.onto], message: 'm' },
      ...{ author, committer: author, branch: 'gantry/1-x', expect: null },
    });
    at.git('fetch', '--quiet', 'origin', 'gantry/1-x');
    expect(pushed).toMatchObject({ ok: true });
    expect(at.git('diff', '--name-status', request.onto, 'FETCH_HEAD').split('\n')).toEqual([
      'M\ta.txt',
      'D\tgone.txt',
      'A\tnew.txt',
    ]);
    expect(await at.store.rebase(request)).toEqual(rebased);
  });

  test('is refused where the base changed the same file', async () => {
    const request = await made(() => writeFileSync(join(at.work, 'a.txt'), 'zero\none\ntwo\nthree\n'));
    expect(await at.store.rebase(request)).toEqual({ ok: false, reason: 'conflict', detail: 'a.txt' });
  });

  test('is refused where a file stands in the way of a folder', async () => {
    const request = await made(() => {
      mkdirSync(join(at.work, 'new.txt'));
      writeFileSync(join(at.work, 'new.txt/inside'), 'x\n');
    });
    expect(await at.store.rebase(request)).toMatchObject({ ok: false, reason: 'conflict' });
  });
});

describe('reading', () => {
  test('tree, blobs and what is not there', async () => {
    expect(await at.store.listTree(at.repo, start)).toEqual([
      { path: 'a.txt', mode: '100644', blob: at.git('rev-parse', 'HEAD:a.txt'), size: 14 },
      { path: 'gone.txt', mode: '100644', blob: at.git('rev-parse', 'HEAD:gone.txt'), size: 2 },
    ]);
    const read = (path: string, most = 100) => at.store.readBlob(at.repo, start, path, most);
    expect(await read('a.txt')).toEqual({ ok: true, mode: '100644', bytes: Buffer.from('one\ntwo\nthree\n') });
    expect(await read('a.txt', 13)).toEqual({ ok: false, reason: 'too_large' });
    expect(await read('missing')).toEqual({ ok: false, reason: 'missing' });
    expect(await read('*.txt')).toEqual({ ok: false, reason: 'missing' });
    expect(await at.store.treeOf(at.repo, start)).toBe(at.git('rev-parse', 'HEAD^{tree}'));
    await expect(at.store.listTree(at.repo, '0'.repeat(40))).rejects.toThrow(Permanent);
  });

  test('changes with renames, added lines with numbers, ancestry', async () => {
    at.git('mv', 'a.txt', 'b\tü.txt');
    writeFileSync(join(at.work, 'b\tü.txt'), 'one\nnew\ntwo\nthree\n');
    at.git('rm', '--quiet', 'gone.txt');
    writeFileSync(join(at.work, 'bin'), Buffer.from([0, 1, 2]));
    const head = at.commit('head');
    at.git('push', '--quiet', 'origin', 'main');
    await at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/main'] });
    const changed = await at.store.changedFiles(at.repo, start, head);
    expect(changed.map(({ path, from, status }) => [status, path, from])).toEqual([
      ['renamed', 'b\tü.txt', 'a.txt'],
      ['added', 'bin', undefined],
      ['removed', 'gone.txt', undefined],
    ]);
    expect(changed[2]).toMatchObject({ newBlob: null, newMode: null, oldMode: '100644' });
    expect(await at.store.readTextDiff(at.repo, start, head, 10_000)).toEqual({
      lines: [
        { path: 'b\tü.txt', line: 2, text: 'new' },
        { path: 'bin', line: 1, text: ' \x01\x02' },
      ],
      skipped: [],
    });
    expect((await at.store.readTextDiff(at.repo, start, head, 5)).skipped).toContainEqual({
      path: 'b\tü.txt',
      why: 'too_large',
    });
    expect(await at.store.isAncestor(at.repo, start, head)).toBe(true);
    expect(await at.store.isAncestor(at.repo, head, start)).toBe(false);
    expect(await at.store.mergeBase(at.repo, head, start)).toBe(start);
  });
});

test('trees of a few hundred bytes that name millions of paths end a walk soon', { timeout: 60_000 }, async () => {
  const tree = (entries: [mode: string, sha: string, name: string][]): string =>
    at.gitWith(
      entries.map(([mode, sha, name]) => `${mode} ${mode === '040000' ? 'tree' : 'blob'} ${sha}\t${name}\n`).join(''),
      'mktree',
    );
  let inner = tree([['100644', at.git('rev-parse', `${start}:a.txt`), 'f']]);
  for (let level = 0; level < 12; level++)
    inner = tree(Array.from({ length: 10 }, (_, index) => ['040000', inner, `d${index}`]));
  const bomb = at.git('commit-tree', '-p', start, '-m', 'x', inner);
  at.git('push', '--quiet', 'origin', `${bomb}:refs/heads/bomb`);
  await at.store.mirror(at.repo, anonymous, { shas: [bomb] });
  await expect(at.store.listTree(at.repo, bomb)).rejects.toThrow('ls-tree answered more than 500000 entries');
  await expect(at.store.changedFiles(at.repo, start, bomb)).rejects.toThrow(Permanent);
  await expect(at.store.readTextDiff(at.repo, start, bomb, 1_000)).rejects.toThrow(Permanent);
});

describe('commit and push', () => {
  const person = { name: 'gantry[bot]', email: 'bot@example.org', at: 1_700_000_000 };
  const request = (part: Partial<CommitAndPush> = {}): CommitAndPush => ({
    repo: at.repo,
    auth: anonymous,
    tree: at.git('rev-parse', `${start}^{tree}`),
    parents: [start],
    message: 'Do it\n\nGantry-Run: r1\n',
    author: person,
    committer: person,
    branch: 'gantry/1-do-it',
    expect: null,
    ...part,
  });
  const remoteRefs = () =>
    spawnSync('git', ['for-each-ref', '--format=%(refname) %(objectname)'], { cwd: at.remote }).stdout.toString();

  test('one ref, our message and identity; the same request again changes nothing', async () => {
    const first = await at.store.commitAndPush(request());
    if (!first.ok) throw new Error(first.detail);
    expect(remoteRefs()).toBe(`refs/heads/gantry/1-do-it ${first.sha}\nrefs/heads/main ${start}\n`);
    const shown = spawnSync('git', ['cat-file', '-p', first.sha], { cwd: at.remote }).stdout.toString();
    expect(shown).toContain('author gantry[bot] <bot@example.org> 1700000000 +0000');
    expect(shown).toContain('Gantry-Run: r1');
    expect(await at.store.commitAndPush(request())).toEqual(first);
    const next = await at.store.commitAndPush(request({ parents: [first.sha], expect: first.sha, message: 'next' }));
    expect(next.ok).toBe(true);
  });

  test('a branch that moved is left alone', async () => {
    at.git('push', '--quiet', 'origin', 'main:refs/heads/gantry/1-do-it');
    expect(await at.store.commitAndPush(request())).toMatchObject({ ok: false, reason: 'branch_moved', at: start });
    const stale = request({ expect: at.git('commit-tree', '-m', 'x', `${start}^{tree}`), branch: 'gantry/2' });
    expect(await at.store.commitAndPush(stale)).toMatchObject({ ok: false, reason: 'branch_moved', at: null });
    expect(remoteRefs()).toContain(`refs/heads/gantry/1-do-it ${start}`);
  });

  test('a refusal of the remote is told', async () => {
    writeFileSync(join(at.remote, 'hooks', 'pre-receive'), '#!/bin/sh\necho protected by rule >&2; exit 1\n', {
      mode: 0o755,
    });
    const outcome = await at.store.commitAndPush(request());
    expect(outcome).toMatchObject({ ok: false, reason: 'refused' });
    expect(outcome.ok ? '' : outcome.detail).toContain('protected by rule');
  });

  test.each([
    'main',
    'gantry',
    'gantry/',
    'gantry/../main',
    'gantry/a..b',
    'gantry/-x y',
    'refs/heads/gantry/x',
    'gantry/x.lock',
  ])('the branch %s is never pushed', async (branch) => {
    await expect(at.store.commitAndPush(request({ branch }))).rejects.toThrow(Bug);
    expect(remoteRefs()).toBe(`refs/heads/main ${start}\n`);
  });

  test('a commit is signed when a key is given', async () => {
    const key = join(at.directory, 'key');
    if (spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]).status !== 0) return;
    const outcome = await at.store.commitAndPush(request({ signingKey: key }));
    if (!outcome.ok) throw new Error(outcome.detail);
    const shown = spawnSync('git', ['cat-file', '-p', outcome.sha], { cwd: at.remote }).stdout.toString();
    expect(shown).toContain('-----BEGIN SSH SIGNATURE-----');
  });
});

describe('credentials', () => {
  test('they travel by askpass: never in arguments, URLs or files', async () => {
    const seen: (string | undefined)[] = [];
    const lines: string[] = [];
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization);
      for (const line of spawnSync('ps', ['-eo', 'args']).stdout.toString().split('\n')) lines.push(line);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/o/r.git`;
    const auth = async () => ({ username: 'x-access-token', password: 'ghs_canary' });
    await expect(at.store.remoteRef({ id: '7', url }, auth, 'refs/heads/main')).rejects.toThrow(Retryable);
    await new Promise((closed) => server.close(closed));
    expect(seen).toContain(`Basic ${Buffer.from('x-access-token:ghs_canary').toString('base64')}`);
    expect(lines.filter((line) => line.includes('ghs_canary'))).toEqual([]);
    const stored = spawnSync('grep', ['-r', 'ghs_canary', join(at.directory, 'data')]).stdout.toString();
    expect(stored).toBe('');
    expect(existsSync(join(at.directory, 'data', 'git', '7.git'))).toBe(true);
    expect(readFileSync(join(at.directory, 'data', 'git', 'askpass.sh'), 'utf8')).not.toContain('canary');
  });

  test('a redirect to another host does not take them along', async () => {
    const other: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      if (request.url?.startsWith('/elsewhere')) {
        other.push(request.headers.authorization);
        response.writeHead(401, { 'www-authenticate': 'Basic realm="y"' }).end();
      } else response.writeHead(301, { location: `http://localhost:${port}/elsewhere${request.url}` }).end();
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const auth = async () => ({ username: 'x', password: 'ghs_canary' });
    const repo = { id: '8', url: `http://127.0.0.1:${port}/o/r.git` };
    await expect(at.store.remoteRef(repo, auth, 'refs/heads/main')).rejects.toThrow(Retryable);
    await new Promise((closed) => server.close(closed));
    expect(other).toEqual([]);
  });
});
