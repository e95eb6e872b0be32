import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readReportFile, removeReportFile } from '../../../../src/runner/verify/report-file.ts';
import { type BaseFiles, differing, restore } from '../../../../src/runner/verify/restore.ts';

let root: string;
let tree: string;
let outside: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-restore-')));
  [tree, outside] = [join(root, 'tree'), join(root, 'outside')];
  for (const folder of [tree, outside]) mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const base = (mode: string): BaseFiles => ({
  store: { readBlob: async () => ({ ok: true, bytes: Buffer.from('base'), mode }) },
  repo: { id: '1', url: 'http://127.0.0.1/' },
  base: 'a'.repeat(40),
});
const put = (paths: string[], how: 'restore' | 'remove' = 'restore', mode = '100644') =>
  restore(
    tree,
    base(mode),
    paths.map((path) => ({ path, how })),
  );
const changed = (paths: string[], how: 'restore' | 'remove' = 'restore', mode = '100644') =>
  differing(
    tree,
    base(mode),
    paths.map((path) => ({ path, how })),
  );

test('what was written over a restored file, in any way, is seen', async () => {
  const paths = ['same', 'edited', 'longer', 'gone', 'link', 'folder', 'run', 'd/moved'];
  await put(paths);
  expect(await changed(paths)).toEqual([]);
  writeFileSync(join(tree, 'edited'), 'evil');
  writeFileSync(join(tree, 'longer'), 'base and more');
  for (const path of ['gone', 'link', 'folder']) rmSync(join(tree, path));
  symlinkSync('same', join(tree, 'link'));
  mkdirSync(join(tree, 'folder'));
  chmodSync(join(tree, 'run'), 0o755);
  rmSync(join(tree, 'd'), { recursive: true });
  writeFileSync(join(outside, 'moved'), 'base');
  symlinkSync(outside, join(tree, 'd'));
  expect(await changed(paths)).toEqual(paths.slice(1));
});

test('a restored link must lead where it led; what was removed must stay away', async () => {
  await put(['to'], 'restore', '120000');
  expect(await changed(['to'], 'restore', '120000')).toEqual([]);
  rmSync(join(tree, 'to'));
  symlinkSync('elsewhere', join(tree, 'to'));
  expect(await changed(['to'], 'restore', '120000')).toEqual(['to']);
  expect(await changed(['conf', 'd/conf'], 'remove')).toEqual([]);
  writeFileSync(join(tree, 'conf'), 'x');
  expect(await changed(['conf', 'd/conf'], 'remove')).toEqual(['conf']);
});

test('a file is put back with its mode, over a file, a folder or nothing', async () => {
  writeFileSync(join(tree, 'a'), 'head');
  mkdirSync(join(tree, 'b/c'), { recursive: true });
  await put(['a', 'b', 'new/d/e'], 'restore', '100755');
  for (const path of ['a', 'b', 'new/d/e']) expect(readFileSync(join(tree, path), 'utf8')).toBe('base');
  expect(statSync(join(tree, 'a')).mode & 0o777).toBe(0o755);
});

test('nothing is written or removed through a link that the head planted', async () => {
  writeFileSync(join(outside, 'a'), 'mine');
  symlinkSync(outside, join(tree, 'test'));
  symlinkSync(join(outside, 'a'), join(tree, 'b'));
  await put(['test/a'], 'remove');
  await put(['test/a', 'b']);
  expect(readFileSync(join(outside, 'a'), 'utf8')).toBe('mine');
  expect(readFileSync(join(tree, 'test/a'), 'utf8')).toBe('base');
  expect(lstatSync(join(tree, 'b')).isFile()).toBe(true);
});

test('a path that leaves the tree is a bug of ours', async () => {
  await expect(put(['../outside/a'])).rejects.toThrow('not a path of a tree');
});

test('a report is read as a plain file inside the tree only', async () => {
  mkdirSync(join(tree, 'out'));
  writeFileSync(join(tree, 'out/r.xml'), '<a/>');
  writeFileSync(join(outside, 'secret'), 'secret');
  symlinkSync(join(outside, 'secret'), join(tree, 'out/link.xml'));
  symlinkSync(outside, join(tree, 'away'));
  expect(await readReportFile(tree, 'out/r.xml')).toEqual({ ok: true, text: '<a/>' });
  expect(await readReportFile(tree, './out/r.xml')).toEqual({ ok: true, text: '<a/>' });
  const why = async (path: string) => {
    const read = await readReportFile(tree, path);
    return read.ok ? read.text : read.why;
  };
  expect(await why('out/link.xml')).toBe('is a link');
  expect(await why('away/secret')).toBe('lies behind a link');
  expect(await why('../outside/secret')).toBe('lies outside the checkout');
  expect(await why('out')).toBe('is not a regular file');
  expect(await why('out/none.xml')).toBe('was not written');
  expect(await why('no/such/folder.xml')).toBe('was not written');
});

test('an old report is removed, what lies behind a link stays', async () => {
  writeFileSync(join(tree, 'r.xml'), 'old');
  writeFileSync(join(outside, 'r.xml'), 'mine');
  symlinkSync(outside, join(tree, 'away'));
  for (const path of ['r.xml', 'away/r.xml', 'none.xml']) await removeReportFile(tree, path);
  expect(await readReportFile(tree, 'r.xml')).toMatchObject({ ok: false });
  expect(readFileSync(join(outside, 'r.xml'), 'utf8')).toBe('mine');
});
