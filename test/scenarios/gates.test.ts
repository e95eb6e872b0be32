// Gates by policy: a ticket waits to be let start, its plan for two people or for nobody, and none of it for ever.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { root as folder } from '../scene/our-repository.ts';
import { until } from '../scene/until.ts';
import { type Dialogue, dialogue, readyIssue } from './dialogue.ts';
import { operatorOf } from './operator.ts';
import { runsOf } from './runs-of.ts';
import { instead } from './separate.ts';

const fixture = readFileSync(path.join(folder, 'test/fixtures/target/.github/harness.yml'), 'utf8');
const gated = (rules: string) => ({
  fake: true as const,
  files: { '.github/harness.yml': `${fixture}gates:\n  expireDays: 3\n  rules:\n${rules}` },
});
const risky = '    - { stage: start, when: { labels: [risky] } }\n';

const askRisky = async ({ mona, repo }: Dialogue): Promise<number> => {
  const { number } = await mona.openIssue(repo, readyIssue);
  await mona.label(repo, number, 'risky');
  await mona.label(repo, number, 'ai-ready');
  return number;
};
const notice = ({ said }: Dialogue, issue: number, ...words: string[]) =>
  until(`the notice to say ${words.join(', ')}`, async () => {
    const text = (await said(issue)).find((body) => body.includes('<!-- gantry:notice -->')) ?? '';
    return words.every((word) => text.includes(word)) && text;
  });
/** Four days pass for whatever waits for people. */
const waitDays = async ({ app }: Dialogue): Promise<void> => {
  await sql`update stream set wake_at = clock_timestamp(),
      state = jsonb_set(state, '{waitsSince}', to_jsonb((clock_timestamp() - interval '4 days')::text))
    where kind = 'ticket' and wake_at is not null`.execute(app.journal.db);
};

test('SF-018: a ticket that waits to be let start waits on after a crash, and starts with one comment', async () => {
  const talk = await dialogue(gated(risky));
  const { world, app, repo, mona, will, tess, answered, reactions } = talk;
  const gantry = await instead(talk, undefined);
  await gantry.start();
  const issue = await askRisky(talk);
  expect(await notice(talk, issue, 'Nothing has run yet')).toMatch(
    /rule 1 \(labels risky\)\. 0 of 1 given[\s\S]*\n\/approve-plan\n[\s\S]*`\/cancel`/,
  );
  await gantry.kill();
  await gantry.start();
  const ticket = async () =>
    JSON.parse((await operatorOf(app.url).get(`/api/v1/tickets/${world.repo(repo)?.id}/${issue}`)).text) as Record<
      string,
      unknown
    >;
  expect(await ticket()).toMatchObject({
    stage: 'awaiting_start',
    open: true,
    runs: 0,
    waitsFor: { id: 'next-awaiting_start' },
  });

  const own = await mona.comment(repo, issue, '/approve-plan');
  expect(await answered(issue, own.id)).toContain('mona asked for it');
  const weak = await tess.comment(repo, issue, '/approve-plan');
  expect(await answered(issue, weak.id)).toContain('takes write permission');
  const asked = await mona.comment(repo, issue, '/harness explain');
  expect(await answered(issue, asked.id)).toContain('0 of 1 given so far');
  expect(runsOf(world)).toEqual([]);

  const yes = await will.comment(repo, issue, '/approve-plan');
  await until('the plan run', () => runsOf(world).length === 1);
  await until('the thanks', async () => (await reactions(yes.id)).includes('rocket'));
  expect(await ticket()).toMatchObject({ stage: 'planning', requester: 'mona', runs: 1 });
});

test('SF-018: what nobody approves is put aside, start and plan, and a plan may need two people', async () => {
  const talk = await dialogue(gated(`${risky}    - { stage: plan, approvals: 2, approvers: [root-admin] }\n`));
  const { world, repo, mona, will, root, plan, stage, sticky, reactions } = talk;
  const issue = await askRisky(talk);
  await stage(issue, 'awaiting_start');
  await waitDays(talk);
  await stage(issue, 'blocked');
  await notice(talk, issue, 'Nobody approved within 3 days', '`gates.expireDays`');
  await mona.comment(repo, issue, '/retry');
  await stage(issue, 'awaiting_start');
  await will.comment(repo, issue, '/approve-plan');

  const { pull } = await plan(issue);
  await waitDays(talk);
  await stage(issue, 'blocked');
  await until('the reason', async () => (await sticky(pull.number)).includes('Nobody approved the plan within 3 days'));
  expect(runsOf(world)).toEqual(['plan success']);
  await mona.comment(repo, pull.number, '/retry');
  await stage(issue, 'awaiting_approval');
  const { line } = await plan(issue);

  const first = await will.comment(repo, pull.number, line);
  await until('the first to be counted', async () => (await sticky(pull.number)).includes('1 given so far'));
  await until('thanks for the first', async () => (await reactions(first.id)).includes('rocket'));
  expect(await sticky(pull.number)).toContain('2 approvals of this plan, with one by root-admin');
  await root.comment(repo, pull.number, line);
  const { approval } = await stage(issue, 'implementing');
  expect([approval?.by.login, approval?.others?.map(({ by }) => by.login)]).toEqual(['root-admin', ['will']]);
});

test('SF-018: a plan of tests alone is carried out with nobody asked, where the policy says so', async () => {
  const talk = await dialogue(gated('    - { stage: plan, when: { categories: [docs, tests] }, approvals: 0 }\n'));
  const { work, ask, stage, sticky, ticket } = talk;
  const testPlan = Object.keys(work.plan).find((name) => name.endsWith('/test-plan.json')) ?? '';
  work.plan[testPlan] = (work.plan[testPlan] ?? '').replace('"src/shipment.js", ', '');
  const issue = await ask();
  const { approval, pull = 0 } = await stage(issue, 'implementing');
  expect(approval).toMatchObject({ waived: 'rule 1 (categories docs, tests)', by: { login: 'policy' } });
  await until('it to be shown', async () => (await sticky(pull)).includes('asks for no approval of this plan'));
  expect((await ticket(issue)).revoked).toBeUndefined();
});
