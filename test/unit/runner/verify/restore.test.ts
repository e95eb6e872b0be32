import {
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
import { restore } from '../../../../src/runner/verify/restore.ts';

let root: string;
let tree: string;
let outside: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-restore-')));
  [tree, outside] = [join(root, 'tree'), join(root, 'outside')];
  for (const folder of [tree, outside]) mkdirSync(folder);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (paths: string[], how: 'restore' | 'remove' = 'restore', mode = '100644') =>
  restore(
    tree,
    {
      store: { readBlob: async () => ({ ok: true, bytes: Buffer.from('base'), mode }) },
      repo: { id: '1', url: 'http://127.0.0.1/' },
      base: 'a'.repeat(40),
    },
    paths.map((path) => ({ path, how })),
  );

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
