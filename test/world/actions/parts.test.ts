// The small parts of the host, where a whole workflow would show too little.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ConcurrencyGroups } from './concurrency.ts';
import { parseEnvFile } from './env-file.ts';
import { fill, isTrue } from './expressions.ts';
import { inputsOfDispatch } from './inputs.ts';
import { JobLog } from './job-log.ts';
import { excess, readPermissions } from './permissions.ts';
import { unpackTo, unzip, zip } from './zip.ts';

test('env files: lines, blocks, and what the real runner refuses', () => {
  expect(parseEnvFile('a=1\nb<<END\none\ntwo=2\nEND\n\nc=x=y\n')).toEqual({ a: '1', b: 'one\ntwo=2', c: 'x=y' });
  expect(() => parseEnvFile('a<<END\none\n')).toThrow('Matching delimiter not found');
  expect(() => parseEnvFile('nonsense\n')).toThrow('Invalid format');
});

test('expressions keep their type alone and become text inside text', () => {
  const contexts = { inputs: { n: 3, list: '["a","b"]', 'runs-on': 'x' } };
  expect(fill({ a: `\${{ inputs.n }}`, b: [`n=\${{ inputs.n }}`] }, contexts)).toEqual({ a: 3, b: ['n=3'] });
  expect(fill(`\${{ fromJSON(inputs.list) }}`, contexts)).toEqual(['a', 'b']);
  expect(fill(`\${{ inputs.runs-on }}`, contexts)).toBe('x');
  expect(fill(`\${{ inputs.missing }}`, contexts) ?? '').toBe('');
});

test('success() is implied in a condition that names no status function', () => {
  const failed = { failed: true, cancelled: false };
  expect(isTrue(undefined, {}, failed)).toBe(false);
  expect(isTrue("'x' == 'x'", {}, failed)).toBe(false);
  expect(isTrue("always() && 'x' == 'x'", {}, failed)).toBe(true);
  expect(isTrue('failure()', {}, failed)).toBe(true);
  expect(isTrue('!cancelled()', {}, { failed: false, cancelled: true })).toBe(false);
});

test('a secret split over two chunks is masked', () => {
  const log = new JobLog();
  log.mask('top-secret');
  log.mask('top-secret-too');
  log.chunk('it is top-se');
  log.chunk('cret-too\nand top-secret');
  log.end();
  expect(log.text()).toBe('it is ***\nand ***\n');
});

test('a newer member takes the place of the one that waits; leaving lets it in', async () => {
  const groups = new ConcurrencyGroups();
  const stopped: string[] = [];
  const enter = (name: string, group = 'g') => groups.enter(group, false, () => stopped.push(name));
  const leaveFirst = await enter('first').entered;
  const second = enter('second', 'G');
  const third = enter('third');
  expect(await second.entered).toBeUndefined();
  expect(stopped).toEqual(['second']);
  leaveFirst?.();
  const leaveThird = await third.entered;
  expect(leaveThird).toBeTypeOf('function');
  const fourth = enter('fourth');
  fourth.giveUp();
  expect(await fourth.entered).toBeUndefined();
  leaveThird?.();
  expect(await enter('fifth').entered).toBeTypeOf('function');
});

test('cancel-in-progress stops the one that runs', async () => {
  const groups = new ConcurrencyGroups();
  const stopped: string[] = [];
  const leave = await groups.enter('g', true, () => stopped.push('first')).entered;
  const second = groups.enter('g', true, () => stopped.push('second'));
  expect(stopped).toEqual(['first']);
  leave?.();
  expect(await second.entered).toBeTypeOf('function');
});

test('permissions: names as in tokens, and what a called workflow asks for too much', () => {
  expect(readPermissions({ 'pull-requests': 'write', issues: 'none' })).toEqual({ pull_requests: 'write' });
  expect(readPermissions('read-all')).not.toHaveProperty('id_token');
  expect(excess({ contents: 'read' }, { contents: 'write' })).toBeUndefined();
  expect(excess({ id_token: 'write', contents: 'write' }, { contents: 'read' })).toBe(
    "requesting 'id-token: write, contents: write', but is only allowed 'id-token: none, contents: read'",
  );
});

test('inputs are typed and limited', () => {
  const trigger = { inputs: { flag: { type: 'boolean' }, n: { type: 'number', default: 2 }, text: {} } };
  expect(inputsOfDispatch(trigger, { flag: 'true' })).toEqual({ inputs: { flag: true, n: 2, text: '' } });
  const many = Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`i${index}`, '']));
  expect(inputsOfDispatch(trigger, many)).toHaveProperty('problem', expect.stringContaining('No more than 25'));
  expect(inputsOfDispatch(trigger, { text: 'x'.repeat(70_000) })).toHaveProperty('problem', 'inputs are too large.');
});

test('what was zipped comes back, and no entry leads out of the folder', () => {
  const entries = [
    { name: 'a/ü.txt', bytes: Buffer.from('text') },
    { name: 'empty', bytes: Buffer.alloc(0) },
  ];
  expect(unzip(zip(entries))).toEqual(entries);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'zip-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(() => unpackTo(zip([{ name: '../out', bytes: Buffer.from('x') }]), folder)).toThrow('leads out of the folder');
});
