import { spawnSync } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type DiskWatch, pauseAfter, watchDisk, writableFolders } from '../../../../adapters/sandbox/disk-watch.ts';

let folder: string;
let watching: DiskWatch | undefined;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-disk-')));
});
afterEach(() => {
  watching?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const most = 1_000_000;
const watch = (entries = 10_000) => {
  const exceeded = vi.fn();
  watching = watchDisk([folder], { bytes: most, entries }, exceeded);
  return exceeded;
};
/** Of a watch that has not looked by itself yet. */
const look = (entries = 10_000) => {
  watching = watchDisk([folder], { bytes: most, entries }, () => {});
  return watching.isOver();
};

test('what is written while it watches is found, deep down too, and told once', async () => {
  const exceeded = watch();
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  for (let n = 0; n < 3; n++) writeFileSync(join(folder, `a/b/${n}`), Buffer.alloc(most / 2, 1));
  await expect.poll(() => exceeded.mock.calls.length, { timeout: 10_000 }).toBe(1);
});

test('so is what may not be counted to its end', async () => {
  const exceeded = watch(100);
  for (let n = 0; n < 100; n++) writeFileSync(join(folder, `${n}`), '');
  await expect.poll(() => exceeded.mock.calls.length, { timeout: 10_000 }).toBe(1);
});

test('as many files as allowed are not too many, the folder itself among them', async () => {
  for (let n = 0; n < 99; n++) writeFileSync(join(folder, `${n}`), '');
  expect(await look(100)).toBe(false);
  writeFileSync(join(folder, 'more'), '');
  expect(await look(100)).toBe(true);
});

test('links lead nowhere, and another name is no other file', async () => {
  writeFileSync(join(folder, 'one'), Buffer.alloc(most / 2, 1));
  for (const name of ['b', 'c', 'd']) linkSync(join(folder, 'one'), join(folder, name));
  symlinkSync('/usr', join(folder, 'usr'));
  symlinkSync('.', join(folder, 'itself'));
  expect(await look()).toBe(false);
  writeFileSync(join(folder, 'two'), Buffer.alloc(most / 2, 1));
  linkSync(join(folder, 'two'), join(folder, 'e'));
  expect(await look()).toBe(true);
});

test('a path that is too long to be counted is told', async () => {
  const name = 'n'.repeat(200);
  const deeper = 'i=0; while [ $i -lt 25 ]; do mkdir "$1" && cd "$1" || exit 1; i=$((i+1)); done';
  expect(spawnSync('bash', ['-c', deeper, 'bash', name], { cwd: folder }).status).toBe(0);
  expect(await look()).toBe(false);
  expect(watching?.uncounted()).toBe('Not all of its folders was counted: a path is too long (ENAMETOOLONG).');
  // Node removes no path that is too long.
  spawnSync('rm', ['-rf', join(folder, name)]);
});

const allSeeing = process.getuid?.() === 0;
test.skipIf(allSeeing)(
  `a folder that may not be read is told${allSeeing ? ' (skipped: root reads all)' : ''}`,
  async () => {
    mkdirSync(join(folder, 'shut'), { mode: 0o300 });
    expect(await look()).toBe(false);
    expect(watching?.uncounted()).toBe('Not all of its folders was counted: something cannot be read (EACCES).');
    chmodSync(join(folder, 'shut'), 0o700);
  },
);

test('what is not there any more is nothing to tell', async () => {
  const away = join(folder, 'away');
  watching = watchDisk([away], { bytes: most, entries: 1 }, () => {});
  expect(await watching.isOver()).toBe(false);
  expect(watching.uncounted()).toBeUndefined();
});

test('an end that fails does not end the parent', async () => {
  const end = vi.fn(() => {
    throw new Error('nothing left to end');
  });
  writeFileSync(join(folder, 'big'), Buffer.alloc(2 * most, 1));
  watching = watchDisk([folder], { bytes: most, entries: 10 }, end);
  await expect.poll(() => end.mock.calls.length, { timeout: 10_000 }).toBe(1);
  await expect.poll(() => watching?.uncounted()).toBeDefined();
});

test('the next look comes soon, however long one took', () => {
  expect([0, 200, 60_000].map(pauseAfter)).toEqual([1_000, 2_000, 10_000]);
});

test('writable mounts and a home that was given are what a box writes to', () => {
  const mounts = [
    { path: '/a', writable: true },
    { path: '/b', writable: false },
  ];
  expect(writableFolders({ mounts })).toEqual(['/a']);
  expect(writableFolders({ mounts, home: '/h' })).toEqual(['/a', '/h']);
});
