import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InspectLimits } from '../../../adapters/git/contract.ts';
import { anonymous, boxed, limits, makeRepository, skipped, type TestRepository } from './repository.ts';

let at: TestRepository;
let start: string;

beforeEach(async () => {
  at = makeRepository();
  writeFileSync(join(at.work, 'a.txt'), 'one\n');
  mkdirSync(join(at.work, 'src'));
  writeFileSync(join(at.work, 'src', 'Main.js'), 'x\n');
  start = at.commit('start');
  at.git('push', '--quiet', 'origin', 'main');
  await at.store.mirror(at.repo, anonymous, { refs: ['refs/heads/main'] });
});
afterEach(() => at.remove());

const inspect = (bundle: Buffer, part: Partial<InspectLimits> = {}) =>
  at.store.inspect({ repo: at.repo, bundle, start, limits: { ...limits, ...part } });

/** A commit of a tree made by hand, entry by entry, as `git mktree` takes it; names that git refuses go in raw. */
const tree = (entries: [mode: string, sha: string, name: string][]): string => {
  const raw = Buffer.concat(
    entries.map(([mode, sha, name]) => Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, 'hex')])),
  );
  return at.gitWith(raw, 'hash-object', '-t', 'tree', '-w', '--stdin', '--literally');
};
const commitOf = (treeSha: string, parent = start): string => at.git('commit-tree', '-p', parent, '-m', 'x', treeSha);
const blob = (content: string): string => at.gitWith(content, 'hash-object', '-w', '--stdin');
const bundleOf = (entries: [mode: string, sha: string, name: string][]): Buffer =>
  at.bundle(start, commitOf(tree(entries)));

describe.skipIf(!boxed)(`an honest bundle${skipped}`, () => {
  test('its tree and changes come out, and its objects enter the mirror', async () => {
    writeFileSync(join(at.work, 'crlf.txt'), 'a\r\nb\r\n');
    writeFileSync(join(at.work, 'bin'), Buffer.from([0, 255, 1]));
    renameSync(join(at.work, 'src', 'Main.js'), join(at.work, 'src', 'other.js'));
    writeFileSync(join(at.work, 'run.sh'), '#!/bin/sh\n');
    chmodSync(join(at.work, 'run.sh'), 0o755);
    symlinkSync('src/other.js', join(at.work, 'link'));
    rmSync(join(at.work, 'a.txt'));
    const head = at.commit('work');
    const result = await inspect(at.bundle(start, head));
    if (!result.ok) throw new Error(`${result.reason}: ${result.detail}`);
    expect(result).toMatchObject({ commit: head, tree: at.git('rev-parse', `${head}^{tree}`) });
    expect(result.files.map(({ status, path, newMode }) => [status, path, newMode])).toEqual([
      ['removed', 'a.txt', null],
      ['added', 'bin', '100644'],
      ['added', 'crlf.txt', '100644'],
      ['added', 'link', '120000'],
      ['added', 'run.sh', '100755'],
      ['renamed', 'src/other.js', '100644'],
    ]);
    const pushed = await at.store.commitAndPush({
      repo: at.repo,
      auth: anonymous,
      tree: result.tree,
      parents: [start],
      message: 'ours',
      author: { name: 'b', email: 'b@example.org', at: 1 },
      committer: { name: 'b', email: 'b@example.org', at: 1 },
      branch: 'gantry/1',
      expect: null,
    });
    if (!pushed.ok) throw new Error(pushed.detail);
    expect(pushed.sha).not.toBe(head);
    at.git('fetch', '--quiet', 'origin', 'gantry/1');
    expect(at.git('rev-parse', 'FETCH_HEAD^{tree}')).toBe(result.tree);
  });

  test('twice is the same answer', async () => {
    writeFileSync(join(at.work, 'new'), 'x');
    const bundle = at.bundle(start, at.commit());
    expect(await inspect(bundle)).toEqual(await inspect(bundle));
  });
});

describe.skipIf(!boxed)(`a hostile bundle${skipped}`, () => {
  const file = (): [string, string, string] => ['100644', blob('x'), 'f'];
  const refused = async (bundle: Buffer, reason: string, part?: Partial<InspectLimits>) => {
    const answer = await inspect(bundle, part);
    expect(answer).toMatchObject({ ok: false, reason });
  };

  test('not a bundle, too many bytes, several refs', async () => {
    await refused(Buffer.from('hello'), 'not_a_bundle');
    await refused(Buffer.alloc(0), 'not_a_bundle');
    const good = bundleOf([file()]);
    await refused(good, 'too_large', { bytes: good.length - 1 });
    at.git('update-ref', 'refs/heads/second', at.git('rev-parse', 'refs/heads/bundled'));
    at.git('bundle', 'create', '--quiet', join(at.directory, 'two'), 'bundled', 'second', `^${start}`);
    const { readFileSync } = await import('node:fs');
    await refused(readFileSync(join(at.directory, 'two')), 'not_a_bundle');
  });

  test('cut short or altered', async () => {
    const good = bundleOf([['100644', blob('y'.repeat(5_000)), 'f']]);
    await refused(good.subarray(0, good.length - 30), 'corrupt');
    const altered = Buffer.from(good);
    altered[good.length - 25] = (altered[good.length - 25] ?? 0) ^ 255;
    await refused(altered, 'corrupt');
  });

  test('another base, a history, a root commit', async () => {
    const first = at.commit('first');
    const second = at.commit('second');
    await refused(at.bundle(first, second), 'wrong_base');
    await refused(at.bundle(start, second), 'wrong_base');
    const good = at.bundle(start, first).toString('latin1');
    await refused(Buffer.from(good.replace(`-${start}`, `-${'1'.repeat(40)}`), 'latin1'), 'wrong_base');
  });

  test('908 bytes that expand to millions of paths', async () => {
    let inner = tree([['100644', blob('x'), 'f']]);
    for (let level = 0; level < 12; level++) {
      inner = tree(Array.from({ length: 5 }, (_, index) => ['40000', inner, `d${index}`]));
    }
    const bomb = at.bundle(start, commitOf(inner));
    expect(bomb.length).toBeLessThan(2_000);
    const before = performance.now();
    await refused(bomb, 'too_many_files');
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  test('one file that inflates to far more than its bytes', async () => {
    await refused(bundleOf([['100644', blob('\0'.repeat(5_000_000)), 'f']]), 'too_large');
  });

  test('deeper than allowed', async () => {
    let inner = tree([file()]);
    for (let level = 0; level < 30; level++) inner = tree([['40000', inner, 'd']]);
    await refused(at.bundle(start, commitOf(inner)), 'too_deep', { files: 500 });
  });

  test('removing more than allowed', async () => {
    await refused(bundleOf([file()]), 'too_many_files', { files: 2, depth: 2 });
  });

  test.each([
    ['.git'],
    ['.GIT'],
    ['.Git '],
    ['.git.'],
    ['git~1'],
    ['.g\u200cit'],
    ['.git::$INDEX_ALLOCATION'],
  ])('a directory named %j', async (name) => {
    await refused(bundleOf([['40000', tree([['100644', blob('[core]\n'), 'config']]), name]]), 'dot_git_path');
  });

  test.each([['..'], ['.'], ['a\\b'], ['a\nb'], ['\u007f']])('a file named %j', async (name) => {
    await refused(bundleOf([['100644', blob('x'), name]]), 'bad_path');
  });

  test('a submodule', async () => {
    await refused(bundleOf([['160000', start, 'sub']]), 'submodule');
  });

  test('a mode that git does not write', async () => {
    await refused(bundleOf([['100664', blob('x'), 'f']]), 'corrupt');
  });

  test.each([['/etc/passwd'], ['../outside'], ['a/../../outside'], ['src/../..']])('a link to %s', async (target) => {
    await refused(bundleOf([['120000', blob(target), 'link']]), 'symlink_escapes');
  });

  test('links that leave the tree only together', async () => {
    const deep = tree([['120000', blob('../..'), 'up']]);
    const a = tree([['40000', deep, 'b']]);
    await refused(
      bundleOf([
        ['40000', a, 'a'],
        ['120000', blob('a/b/up/..'), 'link'],
      ]),
      'symlink_escapes',
    );
  });

  test('links within the tree, loops and dangling ones are fine', async () => {
    const entries: [string, string, string][] = [
      ['120000', blob('loop'), 'loop'],
      ['120000', blob('nowhere/../there'), 'dangling'],
      ['40000', tree([['120000', blob('../loop'), 'up']]), 'd'],
    ];
    const sorted = entries.sort(([, , one], [, , other]) => (one < other ? -1 : 1));
    expect(await inspect(bundleOf(sorted))).toMatchObject({ ok: true });
  });

  test('names that differ only in case or normalisation', async () => {
    const a = at.git('rev-parse', `${start}:a.txt`);
    const src = at.git('rev-parse', `${start}:src`);
    await refused(
      bundleOf([
        ['100644', blob('x'), 'A.txt'],
        ['100644', a, 'a.txt'],
        ['40000', src, 'src'],
      ]),
      'case_collision',
    );
    await refused(
      bundleOf([
        ['40000', src, 'Src'],
        ['100644', a, 'a.txt'],
        ['40000', src, 'src'],
      ]),
      'case_collision',
    );
    await refused(
      bundleOf([
        ['100644', blob('x'), 'e\u0301'],
        ['100644', blob('y'), '\u00e9'],
      ]),
      'case_collision',
    );
  });

  test('trees that fsck refuses', async () => {
    await refused(
      bundleOf([
        ['100644', blob('x'), 'z'],
        ['100644', blob('y'), 'b'],
      ]),
      'corrupt',
    );
    await refused(
      bundleOf([
        ['100644', blob('x'), 'twice'],
        ['100644', blob('y'), 'twice'],
      ]),
      'corrupt',
    );
  });

  test('too little time', async () => {
    await refused(bundleOf([file()]), 'timeout', { seconds: 0 });
  });

  test('nothing of a refused bundle enters the mirror', async () => {
    const commit = commitOf(tree([['160000', start, 'sub']]));
    await refused(at.bundle(start, commit), 'submodule');
    expect(await at.store.has(at.repo, commit)).toBe(false);
  });
});
