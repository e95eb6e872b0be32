// Operators and administrators keep Gantry still: nothing new starts, what runs drains or ends, checks go on, and all goes on after.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../scene/until.ts';
import { type Dialogue, dialogue } from './dialogue.ts';
import { operatorOf } from './operator.ts';
import { runsOf, survivors } from './runs-of.ts';
import { instead } from './separate.ts';
import { slowAgent } from './slow-agent.ts';

const why = 'the provider has an incident';

/** Waits until admission has put the run of this ticket off. */
const putOff = ({ app }: Dialogue, issue: number) =>
  until(`the start of #${issue} to be put off`, async () => {
    const facts = await app.journal.db.selectFrom('fact').select(['stream', 'type']).execute();
    return facts.some(({ stream, type }) => type === 'DispatchDeferred' && stream.endsWith(`#${issue}`));
  });

const started = ({ world }: Dialogue) =>
  until('the run to be under way', () =>
    [...world.actions.runs.values()].some(({ row }) => row.status === 'in_progress'),
  );

test('a paused repository starts nothing new while what runs drains; all say so, and resuming goes on', async () => {
  const talk = await dialogue();
  const { ask, plan, stage, said, sticky, world, app } = talk;
  const operator = operatorOf(app.url);
  const first = await ask();
  await started(talk);
  const { status, body } = await operator.pause({ scope: 'repository:acme/rates', why });
  expect(status).toBe(201);
  expect(body).toMatchObject({ stopped: [], control: { mode: 'paused', by: 'ops', why, until: null } });

  const second = await ask();
  await putOff(talk, second);
  await until('the notice to say so', async () => (await said(second)).join().includes(why));
  expect((await said(second)).join()).toMatch(/paused[\s\S]*ops/);
  const { pull } = await plan(first);
  await stage(first, 'awaiting_approval');
  await until('the comment to say so', async () => (await sticky(pull.number)).includes(why));
  expect(await sticky(pull.number)).toContain('/approve-plan');
  expect(runsOf(world)).toEqual(['plan success']);
  expect((await operator.get('/')).text).toMatch(/acme\/rates is paused/);
  expect(await operator.get('/ready')).toMatchObject({ status: 200 });

  expect((await operator.resume('repository:acme/rates')).status).toBe(200);
  await until('the second run', () => runsOf(world).length === 2, 15);
  await until('the comment to be as before', async () => !(await sticky(pull.number)).includes(why));
});

test('cancelled in flight a run is powerless with the answer, its process ends, and /retry goes on after the resume', async () => {
  const agent = slowAgent('plan');
  const tokens = runTokens();
  const talk = await dialogue({ script: agent.script });
  const { ask, stage, said, ticket, world, app, repo, will, quiet, reactions } = talk;
  const operator = operatorOf(app.url);
  const issue = await ask();
  await agent.asked('plan');
  const [token] = [...tokens];
  expect(await modelAnswers(app.url, token)).not.toBe(401);

  const { body } = await operator.pause({ scope: 'global', inFlight: 'cancel', why });
  expect(await modelAnswers(app.url, token)).toBe(401);
  expect(body.stopped).toEqual([(await ticket(issue)).runs[0]?.run]);
  const { stage: stopped } = await stage(issue, 'blocked');
  expect(stopped).toMatchObject({ resume: 'plan', why: { id: 'run-stopped', data: { by: 'ops', why } } });
  await quiet();
  expect(runsOf(world)).toEqual(['plan cancelled']);
  expect(survivors(world)).toEqual([]);
  expect((await said(issue)).join()).toContain(why);
  const ends = await app.journal.db
    .selectFrom('fact')
    .select('body')
    .where('type', '=', 'RunCancelRequested')
    .execute();
  expect(ends.map(({ body: fact }) => fact)).toMatchObject([{ end: 'observed' }]);

  agent.thinks.clear();
  const retry = await will.comment(repo, issue, '/retry');
  await putOff(talk, issue);
  await quiet();
  expect(await reactions(retry.id)).toEqual(['eyes', 'rocket']);
  expect(runsOf(world)).toHaveLength(1);
  await operator.resume('global');
  await stage(issue, 'awaiting_approval');
  expect(runsOf(world)).toEqual(['plan cancelled', 'plan success']);
});

test('read-only: checks of people are published, and nothing of ours is pushed or opened until it ends', async () => {
  const talk = await dialogue();
  const { ask, plan, stage, checks, world, app, repo, mona } = talk;
  const operator = operatorOf(app.url);
  const issue = await ask();
  await started(talk);
  await operator.pause({ scope: 'global', mode: 'read_only', why });
  const tidy = await mona.push(repo, 'tidy', { 'README.md': '# Rates\n\nTidied.\n' });
  await mona.openPull(repo, { title: 'Tidy the readme', head: 'tidy' });
  // Each check is written by itself, in no order.
  await until('the checks of a person', async () => {
    const { 'harness/governance': governance, 'harness/gate': gate } = await checks(tidy);
    return governance === 'success' && gate === 'success';
  });
  expect(await checks(tidy)).toEqual({ 'harness/governance': 'success', 'harness/gate': 'success' });

  await stage(issue, 'publishing_plan');
  await until('the push to be put off', () =>
    talk.log.some((line) => line.includes('"command":"PushTree"') && line.includes('put off')),
  );
  expect(await world.git(repo, ['branch', '--list', 'gantry/*'])).toBe('');
  expect(await mona.pulls(repo, 'all')).toHaveLength(1);
  await operator.resume('global');
  await plan(issue);
  expect(runsOf(world)).toEqual(['plan success']);
});

test('an administrator pauses and resumes by a comment, also on a pull request of people; an operator is not overruled', async () => {
  const talk = await dialogue({ script: slowAgent('plan').script });
  const { ask, answered, reactions, world, app, repo, mona, will, root } = talk;
  const operator = operatorOf(app.url);
  await mona.push(repo, 'tidy', { 'README.md': '# Rates\n\nTidied.\n' });
  const { number } = await mona.openPull(repo, { title: 'Tidy the readme', head: 'tidy' });
  const byWill = await will.comment(repo, number, `/harness pause ${why}`);
  expect(await answered(number, byWill.id)).toContain('takes admin permission');
  const byRoot = await root.comment(repo, number, `/harness pause ${why}`);
  expect(await answered(number, byRoot.id)).toContain('`/harness resume`');
  expect(await reactions(byRoot.id)).toEqual(['rocket']);
  expect(await reactions(byWill.id)).toEqual(['-1']);
  const issue = await ask();
  await putOff(talk, issue);

  await operator.pause({ scope: 'repository:acme/rates', why: 'an audit' });
  const early = await root.comment(repo, issue, '/harness resume');
  expect(await answered(issue, early.id)).toMatch(/does not go on yet[\s\S]*ops[\s\S]*an audit/);
  expect(runsOf(world)).toEqual([]);
  await operator.resume('repository:acme/rates');
  await until('the run', () => runsOf(world).length === 1, 15);
  const late = await root.comment(repo, issue, '/harness resume');
  expect(await answered(issue, late.id)).toContain('nothing to lift');
  const trail = JSON.parse((await operator.get('/api/v1/audit')).text) as { items: { who: string; action: string }[] };
  expect(trail.items.map(({ who, action }) => `${who} ${action}`)).toEqual([
    'ops resume',
    'root-admin resume',
    'ops pause',
    'root-admin pause',
  ]);
});

test('what was paused is paused after a crash, and what has an end goes on by itself', async () => {
  const talk = await dialogue({ script: slowAgent('plan').script });
  const { ask, said, world, app } = talk;
  const gantry = await instead(talk, undefined);
  await gantry.start();
  const operator = operatorOf(app.url);
  const { body } = await operator.pause({ scope: 'global', why, minutes: 60 });
  expect(Object(body.control).until).toMatch(/^\d{4}-/);
  await gantry.kill();
  await gantry.start();
  const issue = await ask();
  await until('the notice to say so', async () => (await said(issue)).join().includes(why));
  expect(JSON.parse((await operator.get('/api/v1/controls')).text)).toMatchObject({
    items: [{ scope: 'global', why }],
  });
  expect(runsOf(world)).toEqual([]);
  await operator.resume('global');
  await until('the run', () => runsOf(world).length === 1, 15);
});

/** Tokens of runs that a runner sends to this process while the test goes on. */
function runTokens(): Set<string> {
  const tokens = new Set<string>();
  const hear = (message: unknown) => {
    const { request } = message as { request: IncomingMessage };
    const token = /^Bearer (gtr_.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) tokens.add(token);
  };
  subscribe('http.server.request.start', hear);
  onTestFinished(() => void unsubscribe('http.server.request.start', hear));
  return tokens;
}

/** An empty call of the model: 401 for a token that is dead, a refusal of its content for one that lives. */
const modelAnswers = async (url: string, token = ''): Promise<number> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return (await fetch(`${url}/runner/model/openai-responses/v1/responses`, { method: 'POST', headers, body: '{}' }))
    .status;
};
