// Budgets that run out while an agent works: the run ends, the ticket says which one, and what is typed next goes on.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Turn } from '../model/script.ts';
import { apiToken } from '../scene/scene.ts';
import { fixtureWork, scriptedAgent } from '../scene/scripted-agent.ts';
import { until } from '../scene/until.ts';
import { type Dialogue, dialogue } from './dialogue.ts';
import { slowAgent } from './slow-agent.ts';

const fixture = readFileSync(path.join(import.meta.dirname, '../fixtures/target/.github/harness.yml'), 'utf8');
const policy = (budgets: string) => ({ '.github/harness.yml': `${fixture}budgets: { ${budgets} }\n` });

const alerts = ({ log }: Dialogue) =>
  log
    .map((line) => JSON.parse(line) as { level: number; alert?: string; budget?: string })
    .filter(({ alert }) => alert);

async function get(scene: Dialogue, route: string): Promise<string> {
  const answer = await fetch(`${scene.app.url}${route}`, { headers: { authorization: `Bearer ${apiToken}` } });
  return answer.text();
}

test('a runner that hangs but sends heartbeats is ended for want of progress, and /retry goes on', async () => {
  const agent = slowAgent('plan');
  const scene = await dialogue({ script: agent.script });
  const { ask, mona, repo, stage, said, plan, app, quiet, world } = scene;
  const issue = await ask();
  await agent.asked('plan');
  const { stage: stopped } = await until('the run to be ended', async () => {
    // Fifteen minutes pass, by the database's clock.
    await sql`update run set progress_at = clock_timestamp() - interval '16 minutes' where state = 'running'`.execute(
      app.journal.db,
    );
    const now = await scene.ticket(issue);
    return now.stage.name === 'blocked' && now;
  });
  expect(stopped).toMatchObject({ resume: 'plan', why: { id: 'budget-spent', data: { budget: 'inactiveMinutes' } } });
  await until('the workflow run to end', () =>
    [...world.actions.runs.values()].every(({ row }) => row.status === 'completed'),
  );
  await quiet();
  expect((await said(issue)).join()).toMatch(/without progress[\s\S]*budgets\.inactiveMinutes[\s\S]*\/retry/);
  const runs = await app.journal.db.selectFrom('run').select(['state', 'token']).execute();
  expect(runs).toEqual([{ state: 'timed_out', token: null }]);
  expect(alerts(scene)).toEqual([expect.objectContaining({ level: 50, alert: 'budget', budget: 'inactiveMinutes' })]);
  expect(await get(scene, '/metrics')).toContain('gantry_budget_exceeded_total{budget="inactiveMinutes"} 1');

  agent.thinks.clear();
  await mona.comment(repo, issue, '/retry');
  await plan(issue);
  await stage(issue, 'awaiting_approval');
});

test('tokens that are spent mid-run end it; nothing starts until the budget is raised, and then it goes on', async () => {
  const big = { input: 1_000_000, output: 60 };
  const agent = { big: true };
  const work = fixtureWork();
  const before = (_: 'plan' | 'implement', turn: number): Turn | undefined =>
    agent.big && turn === 0 ? { shell: 'echo looking around', usage: big } : undefined;
  const scene = await dialogue({ script: scriptedAgent(() => work, before), files: policy('ticketTokens: 600000') });
  const { ask, mona, repo, stage, said, plan, app, quiet, world, model } = scene;
  const issue = await ask();
  const { stage: stopped } = await stage(issue, 'blocked');
  const why = { id: 'budget-spent', data: { budget: 'ticketTokens', used: '1,000,060 tokens' } };
  expect(stopped).toMatchObject({ resume: 'plan', why });
  await quiet();
  expect((await said(issue)).join()).toMatch(/1,000,060 tokens of 600,000 tokens[\s\S]*raise `budgets\.ticketTokens`/);
  const rows = await app.journal.db.selectFrom('run').select(['state', 'outcome']).execute();
  expect(rows).toEqual([
    { state: 'failed', outcome: expect.objectContaining({ kind: 'failed', class: 'quota_exhausted' }) },
  ]);
  expect(alerts(scene)).toEqual([expect.objectContaining({ level: 50, budget: 'ticketTokens' })]);

  // As it is, no runner is started for it and no model is asked.
  const asked = model.log.length;
  await mona.comment(repo, issue, '/retry');
  await until('the refusal', async () => (await scene.ticket(issue)).runs.length === 2);
  await stage(issue, 'blocked');
  await quiet();
  expect([world.actions.runs.size, model.log.length]).toEqual([1, asked]);
  expect((await scene.ticket(issue)).runs.at(-1)).toMatchObject({ outcome: { class: 'quota_exhausted' } });
  expect(await get(scene, '/metrics')).toContain('gantry_budget_exceeded_total{budget="ticketTokens"} 2');

  agent.big = false;
  await mona.putFile(repo, '.github/harness.yml', policy('ticketTokens: 5000000')['.github/harness.yml']);
  await mona.comment(repo, issue, '/retry');
  await plan(issue);
  await stage(issue, 'awaiting_approval');
});

test("a day's budget that is spent lets work wait for the next day, says so, and the next day it starts", async () => {
  const scene = await dialogue();
  const { ask, will, repo, stage, sticky, plan, app, world } = scene;
  const { db } = app.journal;
  const issue = await ask();
  const { pull, line } = await plan(issue);
  await stage(issue, 'awaiting_approval');
  await db.updateTable('budget_day').set({ tokens: 50_000_000 }).execute();
  await will.comment(repo, pull.number, line);
  await until('the policy comment to say so', async () =>
    /Waiting for the next day[\s\S]*50,000,000 tokens[\s\S]*budgets\.dayTokens/.test(await sticky(pull.number)),
  );
  const due = await db.selectFrom('stream').select('wake_at').where('kind', '=', 'ticket').executeTakeFirstOrThrow();
  expect(new Date(due.wake_at ?? 0).toISOString()).toMatch(/T00:00:00\.000Z$/);
  expect(world.actions.runs.size).toBe(1);
  expect(alerts(scene)).toEqual([expect.objectContaining({ level: 50, budget: 'dayTokens' })]);

  await db.updateTable('budget_day').set({ day: '2026-01-01' }).execute();
  await sql`update stream set wake_at = clock_timestamp() where wake_at is not null`.execute(db);
  await stage(issue, 'in_review');
  expect(await sticky(pull.number)).not.toContain('Waiting for the next day');
});
