// The chokepoint of writing: every method of the writer is in the table, and what is forbidden never gets through.
import { expect, test } from 'vitest';
import type { GitStore } from '../../../../adapters/git/contract.ts';
import type { GitHubWriter } from '../../../../adapters/github/contract.ts';
import { Command } from '../../../../src/decide/command.ts';
import { commandsDo, guardGit, guardWriter, writes } from '../../../../src/effects/guard/guard-writes.ts';
import { Retryable } from '../../../../src/errors.ts';
import { type ControlMode, isForbidden, type Standstill } from '../../../../src/facts/control.ts';

const repository = { installation: 1, id: 7, owner: 'acme', name: 'rates' };
const names = Object.keys(writes) as (keyof GitHubWriter)[];
const still = (mode: ControlMode): Standstill => ({
  control: 3,
  scope: 'repository:7',
  mode,
  source: 'api',
  by: 'ops',
  why: 'why',
});

/** A writer that only remembers what reached it. */
function recorder(mode: ControlMode | undefined) {
  const reached: string[] = [];
  const asked: number[] = [];
  const methods = Object.fromEntries(names.map((name) => [name, async () => void reached.push(name)]));
  const writer = guardWriter(methods as never, async (repo) => {
    asked.push(repo);
    return mode && still(mode);
  });
  const call = (name: keyof GitHubWriter) =>
    (writer[name] as (...given: unknown[]) => Promise<unknown>)(name === 'redeliver' ? '1' : repository, 1, 'main', {
      run: '7-12-1',
    });
  return { reached, asked, call };
}

test.each([
  undefined,
  'paused',
  'read_only',
] as const)('while it is %s, each write gets through or is put off', async (mode) => {
  const { reached, asked, call } = recorder(mode);
  for (const name of names) {
    const done = await call(name).then(
      () => 'through',
      (error: unknown) => error,
    );
    if (isForbidden(writes[name], mode && still(mode))) {
      expect(done, name).toBeInstanceOf(Retryable);
      expect((done as Retryable).after, name).toBeGreaterThan(0);
      expect(reached, name).not.toContain(name);
    } else expect(done, name).toBe('through');
  }
  expect(new Set(asked)).toEqual(new Set([7]));
});

test('a workflow is not started for a run whose agent was paused since it was admitted', async () => {
  const started: string[] = [];
  const methods = {
    dispatchWorkflow: async (...[, , , { run }]: [object, string, string, { run: string }]) => started.push(run),
  };
  const writer = guardWriter(methods as never, async (_, run) => (run === '7-12-1' ? still('paused') : undefined));
  const start = (run: string) => writer.dispatchWorkflow(repository, 'gantry.yml', 'main', { run });
  await expect(start('7-12-1')).rejects.toBeInstanceOf(Retryable);
  await start('7-12-2');
  expect(started).toEqual(['7-12-2']);
});

test('what protects is what the table says, and nothing else', () => {
  const protective = names.filter((name) => writes[name] === 'protective').sort();
  expect(protective).toEqual([
    'cancelRun',
    'createCheckRun',
    'createComment',
    'deleteComment',
    'gitAuth',
    'react',
    'redeliver',
    'updateCheckRun',
    'updateComment',
  ]);
  expect(names.filter((name) => writes[name] === 'start')).toEqual(['dispatchWorkflow']);
});

test('a push is put off in read-only mode, and only then', async () => {
  const pushed: string[] = [];
  const git = {
    commitAndPush: async ({ repo }: { repo: { id: string } }) => void pushed.push(repo.id),
  } as never as GitStore;
  const push = (mode: ControlMode | undefined) =>
    guardGit(git, async () => mode && still(mode)).commitAndPush({ repo: { id: '7', url: '' } } as never);
  await expect(push('read_only')).rejects.toBeInstanceOf(Retryable);
  await push('paused');
  await push(undefined);
  expect(pushed).toEqual(['7', '7']);
});

test('every command says what it does outside', () => {
  expect(Object.keys(commandsDo).sort()).toEqual(Command.options.map((option) => option.shape.type.value).sort());
});
