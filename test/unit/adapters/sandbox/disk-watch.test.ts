import { linkSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchDisk, writableFolders } from '../../../../adapters/sandbox/disk-watch.ts';

let folder: string;
let watching: { stop(): void } | undefined;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-disk-')));
});
afterEach(() => {
  watching?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const most = 1_000_000;
const watch = () => {
  const exceeded = vi.fn();
  watching = watchDisk([folder], most, exceeded);
  return exceeded;
};

test('what is written while it watches is found, deep down too, and told once', async () => {
  const exceeded = watch();
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  for (let n = 0; n < 3; n++) writeFileSync(join(folder, `a/b/${n}`), Buffer.alloc(most / 2, 1));
  await expect.poll(() => exceeded.mock.calls.length, { timeout: 10_000 }).toBe(1);
});

test('empty files are not free', async () => {
  const exceeded = watch();
  for (let n = 0; n < 2_100; n++) writeFileSync(join(folder, `${n}`), '');
  await expect.poll(() => exceeded.mock.calls.length, { timeout: 10_000 }).toBe(1);
});

test('links lead nowhere, and another name is no other file', async () => {
  writeFileSync(join(folder, 'one'), Buffer.alloc(most / 2, 1));
  for (const name of ['b', 'c', 'd']) linkSync(join(folder, 'one'), join(folder, name));
  symlinkSync('/usr', join(folder, 'usr'));
  symlinkSync('.', join(folder, 'itself'));
  const exceeded = watch();
  const other = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-disk-')));
  const later = vi.fn();
  const second = watchDisk([other], 1, later);
  await expect.poll(() => later.mock.calls.length, { timeout: 10_000 }).toBe(1);
  expect(exceeded).not.toHaveBeenCalled();
  second.stop();
  rmSync(other, { recursive: true });
});

test('writable mounts and a home that was given are what a box writes to', () => {
  const mounts = [
    { path: '/a', writable: true },
    { path: '/b', writable: false },
  ];
  expect(writableFolders({ mounts })).toEqual(['/a']);
  expect(writableFolders({ mounts, home: '/h' })).toEqual(['/a', '/h']);
});
