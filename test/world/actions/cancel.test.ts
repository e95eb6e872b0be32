// Cancel, force-cancel, time limits and concurrency groups leave no process behind.
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../scene/until.ts';
import { startActions } from './actions-kit.ts';

/** A step that says its process ids in a file, with a child in the background and one that leaves the group. */
const slow = (extra = '') => `
on: { workflow_dispatch: { inputs: { file: { type: string } } } }
jobs:
  s:
    runs-on: ubuntu-latest
    ${extra}
    steps:
      - run: |
          sleep 300 & echo $! > "\${{ inputs.file }}.part"
          setsid sleep 300 & echo $! >> "\${{ inputs.file }}.part"
          echo $$ >> "\${{ inputs.file }}.part"
          mv "\${{ inputs.file }}.part" "\${{ inputs.file }}"
          sleep 300; echo no
      - { if: always(), run: echo cleanup }
      - { if: cancelled(), run: echo was cancelled }
      - { run: echo never }
`;

async function scratch(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'cancel-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return path.join(folder, 'pids');
}

/** A dead process that nobody has collected yet (state Z) is not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false; // ENOENT: gone
  }
}

async function startSlow(extra?: string) {
  const kit = await startActions({ '.github/workflows/slow.yml': slow(extra) });
  const file = await scratch();
  const run = await kit.dispatch('slow.yml', { file });
  await until('the step to begin', () => existsSync(file));
  const pids = (await readFile(file, 'utf8')).trim().split('\n').map(Number);
  expect(pids.map(isAlive)).toEqual([true, true, true]);
  const cancel = (how: string) => kit.request('POST', `/repos/acme/app/actions/runs/${run.row.id}/${how}`);
  return { kit, run, pids, cancel };
}

test('cancel ends the processes and runs always() steps', async () => {
  const { kit, run, pids, cancel } = await startSlow();
  expect((await cancel('cancel')).status).toBe(202);
  await kit.actions.idle();
  expect(run.row.conclusion).toBe('cancelled');
  expect(run.jobs[0]?.row.steps.map((step) => step.conclusion)).toEqual(['cancelled', 'success', 'success', 'skipped']);
  await until('the processes to end', () => !pids.some(isAlive));
  expect(await cancel('cancel')).toMatchObject({
    status: 409,
    json: { message: 'Cannot cancel a workflow run that is completed.' },
  });
});

test('force-cancel runs no further step', async () => {
  const { kit, run, pids, cancel } = await startSlow();
  expect((await cancel('force-cancel')).status).toBe(202);
  await kit.actions.idle();
  expect(run.jobs[0]?.row.steps.map((step) => step.conclusion)).toEqual(['cancelled', 'skipped', 'skipped', 'skipped']);
  await until('the processes to end', () => !pids.some(isAlive));
});

test('a job over its time is ended', async () => {
  const { kit, run, pids } = await startSlow('timeout-minutes: 0.02');
  await kit.actions.idle();
  expect(run.row.conclusion).toBe('cancelled');
  expect(kit.logOf(run)).toContain('exceeded the maximum execution time');
  await until('the processes to end', () => !pids.some(isAlive));
});

test('closing the world ends everything', async () => {
  const { kit, pids } = await startSlow();
  await kit.world.close();
  await until('the processes to end', () => !pids.some(isAlive));
  expect(existsSync(kit.world.root)).toBe(false);
});

test('of one concurrency group one runs, one waits, and the newest waits instead', async () => {
  const { kit, run, cancel } = await startSlow('concurrency: { group: "one" }');
  const second = await kit.dispatch('slow.yml', { file: await scratch() });
  await until('the second to queue for its group', () => second.row.status === 'in_progress');
  const file = await scratch();
  const third = await kit.dispatch('slow.yml', { file });
  await second.done;
  expect(second.row.conclusion).toBe('cancelled');
  expect(second.jobs).toEqual([]);
  expect(run.row.status).toBe('in_progress');
  await cancel('cancel');
  await until('the third to begin', () => existsSync(file));
  expect(run.row.conclusion).toBe('cancelled');
  await kit.request('POST', `/repos/acme/app/actions/runs/${third.row.id}/force-cancel`);
  await kit.actions.idle();
});
