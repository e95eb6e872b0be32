// Who gets the only slot: the urgent before the old, the blocked when nothing blocks them, and each is told why it waits.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { until } from '../scene/until.ts';
import { dialogue, readyIssue } from './dialogue.ts';
import { slowAgent } from './slow-agent.ts';

const policy = readFileSync(path.join(import.meta.dirname, '../fixtures/target/.github/harness.yml'), 'utf8');

test('with one slot the urgent ticket starts before the older one, and a blocked one when its blocker is closed', async () => {
  const agent = slowAgent('plan');
  const { mona, will, repo, ask, said, answered, app, world } = await dialogue({
    script: agent.script,
    files: { '.github/harness.yml': `${policy}concurrency: 1\n` },
  });
  const { db } = app.journal;
  const notice = async (issue: number) =>
    (await said(issue)).find((body) => body.includes('<!-- gantry:notice -->')) ?? '';
  /** Issues of the runs that were ever admitted, oldest first. */
  const started = async () =>
    (await db.selectFrom('run').select('id').orderBy('created_at').execute()).map(({ id }) => Number(id.split('-')[1]));
  const waits = (issue: number, words: RegExp) =>
    until(`#${issue} to say that it waits`, async () => words.test(await notice(issue)));

  const first = await ask();
  await until('the first run', async () => (await started()).length === 1);
  const usual = await ask();
  await waits(usual, /Waiting for a free slot.*`concurrency`/);
  const blocker = await mona.openIssue(repo, { title: 'Agree on the price list', body: 'First this.' });
  const { number: blocked } = await mona.openIssue(repo, { ...readyIssue, labels: ['P0'] });
  await mona.request('POST', `/repos/${repo}/issues/${blocked}/dependencies/blocked_by`, { issue_id: blocker.id });
  await mona.label(repo, blocked, 'ai-ready');
  await waits(blocked, new RegExp(`Waiting for \`#${blocker.number}\``));
  const urgent = await ask();
  await waits(urgent, /Waiting for a free slot/);
  await mona.label(repo, urgent, 'priority: high');
  await until('the label to count', async () => {
    const row = await db
      .selectFrom('backlog')
      .select('priority')
      .where('key', 'like', `%-${urgent}-1`)
      .executeTakeFirst();
    return row?.priority === 1;
  });

  const question = await will.comment(repo, urgent, '/harness explain');
  expect(await answered(urgent, question.id)).toMatch(
    /the plan run .* waits\. Waiting for a free slot[\s\S]*mona set the label/,
  );

  const cancelled = async (issue: number) => {
    const before = Date.now();
    await will.comment(repo, issue, '/cancel');
    const runs = (await started()).length;
    await until('the next run', async () => (await started()).length > runs, 30);
    return Date.now() - before;
  };
  const took = [await cancelled(first)];
  expect(await started()).toEqual([first, urgent]);
  await mona.closeIssue(repo, blocker.number);
  await until('nothing to block it', async () => {
    const row = await db
      .selectFrom('backlog')
      .select('blocked_by')
      .where('key', 'like', `%-${blocked}-1`)
      .executeTakeFirst();
    return JSON.stringify(row?.blocked_by) === '[]';
  });
  took.push(await cancelled(urgent));
  expect(await started()).toEqual([first, urgent, blocked]);
  took.push(await cancelled(blocked));
  expect(await started()).toEqual([first, urgent, blocked, usual]);
  // Nobody polls: the 5 minutes of the backstop did not pass.
  expect(Math.max(...took)).toBeLessThan(30_000);
  await until('the last dispatch', () => world.actions.runs.size === 4);
  const facts = await db.selectFrom('fact').select('type').where('type', '=', 'SlotOffered').execute();
  expect(facts).toHaveLength(3);
  await will.comment(repo, usual, '/cancel');
  await until('the last run to be over', async () =>
    [...world.actions.runs.values()].every(({ row }) => row.status === 'completed'),
  );
});
