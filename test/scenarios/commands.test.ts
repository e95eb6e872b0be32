// What people type while Gantry works, and the labels that say the same.
import { expect, test } from 'vitest';
import { until } from '../scene/until.ts';
import { type Dialogue, dialogue, thinIssue } from './dialogue.ts';
import { runsOf, survivors } from './runs-of.ts';
import { slowAgent } from './slow-agent.ts';

const labelsOf = async ({ mona, repo }: Dialogue, issue: number) =>
  (await mona.issue(repo, issue)).labels.map(({ name }) => name).sort();

test('a plan that is sent back is planned again, and the agent is told why', async () => {
  const agent = slowAgent();
  const talk = await dialogue({ script: agent.script });
  const { ask, plan, stage, answered, reactions, sticky, quiet, ticket, world, model, repo, mona, will, tess } = talk;
  const issue = await ask();
  const { pull, digest } = await plan(issue);
  const on = pull.number;

  const wordless = await will.comment(repo, on, '/reject-plan');
  expect(await answered(on, wordless.id)).toContain('`/reject-plan <why>`');
  const byTriage = await tess.comment(repo, on, '/reject-plan I do not like it.');
  expect(await answered(on, byTriage.id)).toContain('tess has triage permission');
  const reason = 'The discount belongs into the rate card, not into the shipment.';
  const rejection = await will.comment(repo, on, `/reject-plan ${reason}`);
  await stage(issue, 'blocked');
  await until('the label that asks for a person', async () => (await labelsOf(talk, issue)).includes('ai-blocked'));
  await quiet();
  expect(await reactions(rejection.id)).toEqual(['eyes', 'rocket']);
  expect(await reactions(wordless.id)).toContain('-1');
  expect(await reactions(byTriage.id)).toEqual(['-1', 'eyes']);
  expect(await sticky(on)).toContain(reason);
  expect(await sticky(on)).toContain('`/retry`');
  expect(runsOf(world)).toEqual(['plan success']);

  const proposal = Object.keys(agent.work.plan).find((path) => path.endsWith('/proposal.md')) ?? '';
  agent.work.plan[proposal] += '\nThe rate card knows the discount.\n';
  await will.comment(repo, on, '/retry');
  const { plan: next } = await stage(issue, 'awaiting_approval');
  await quiet();
  expect(next?.digest).not.toBe(digest);
  expect(model.log.at(-1)?.view?.prompt).toContain(reason);
  expect(await sticky(on)).toContain(`/approve-plan ${next?.digest}`);
  expect(await labelsOf(talk, issue)).toEqual(['ai-ready']);
  expect(await mona.pulls(repo, 'all')).toHaveLength(1);
  expect((await ticket(issue)).pull).toBe(on);
  expect(runsOf(world)).toEqual(['plan success', 'plan success']);
});

test('a hold stops what runs, whoever lifts it needs write, and the label says the same', async () => {
  const agent = slowAgent('plan');
  const talk = await dialogue({ script: agent.script });
  const { ask, plan, stage, answered, reactions, said, sticky, quiet, ticket, world, repo, will, tess } = talk;
  const issue = await ask();
  await agent.asked('plan');

  const hold = await tess.comment(repo, issue, '/hold the price list is not final');
  await stage(issue, 'blocked');
  await quiet();
  expect(await reactions(hold.id)).toEqual(['eyes', 'rocket']);
  expect(await said(issue)).toEqual([expect.stringContaining('the price list is not final')]);
  expect(runsOf(world)).toEqual(['plan cancelled']);
  expect(survivors(world)).toEqual([]);
  expect(await labelsOf(talk, issue)).not.toContain('ai-blocked');

  const retry = await will.comment(repo, issue, '/retry');
  expect(await answered(issue, retry.id)).toContain('`/unhold`');
  const byTriage = await tess.comment(repo, issue, '/unhold');
  expect(await answered(issue, byTriage.id)).toContain('tess has triage permission');
  expect(runsOf(world)).toHaveLength(1);

  agent.thinks.clear();
  await will.comment(repo, issue, '/unhold');
  const { pull, line } = await plan(issue);
  await quiet();
  expect(runsOf(world)).toEqual(['plan cancelled', 'plan success']);

  await tess.label(repo, issue, 'ai-hold');
  await until('the comment to say who holds it', async () => (await sticky(pull.number)).includes('On hold by tess'));
  const held = await will.comment(repo, pull.number, line);
  expect(await answered(pull.number, held.id)).toContain('`/unhold`');
  await tess.unlabel(repo, issue, 'ai-hold');
  await until('the label to be put back', async () => (await labelsOf(talk, issue)).includes('ai-hold'));
  await quiet();
  expect((await ticket(issue)).hold).toMatchObject({ by: 'tess' });

  await will.unlabel(repo, issue, 'ai-hold');
  await until('the hold to be lifted', async () => (await ticket(issue)).hold === undefined);
  await quiet();
  expect(await labelsOf(talk, issue)).toEqual(['ai-ready']);
  await will.comment(repo, pull.number, line);
  await stage(issue, 'in_review');
});

test('the work ends when it is cancelled, loses its label, or its issue is closed; no process is left', async () => {
  const agent = slowAgent('plan');
  const { ask, plan, stage, answered, said, sticky, quiet, world, repo, mona, will, rita } = await dialogue({
    script: agent.script,
  });
  const ended = async (...runs: string[]) => {
    await stage(issue, 'canceled');
    await quiet();
    expect(runsOf(world)).toEqual(runs);
    expect(survivors(world)).toEqual([]);
  };
  const issue = await ask();
  await agent.asked('plan');
  const byReader = await rita.comment(repo, issue, '/cancel');
  expect(await answered(issue, byReader.id)).toContain('rita has read permission');
  await will.comment(repo, issue, '/cancel');
  await ended('plan cancelled');
  const notices = async () => (await said(issue)).filter((body) => body.includes('<!-- gantry:notice -->'));
  expect(await notices()).toEqual([expect.stringMatching(/Canceled by will.*`\/retry`/)]);
  const again = await will.comment(repo, issue, '/cancel');
  expect(await answered(issue, again.id)).toContain('nothing to cancel');

  await will.comment(repo, issue, '/retry');
  await agent.asked('plan');
  await mona.unlabel(repo, issue, 'ai-ready');
  await ended('plan cancelled', 'plan cancelled');
  expect(await notices()).toEqual([expect.stringMatching(/mona took the label `ai-ready` off/)]);

  await mona.label(repo, issue, 'ai-ready');
  await agent.asked('plan');
  await mona.closeIssue(repo, issue);
  await ended('plan cancelled', 'plan cancelled', 'plan cancelled');
  expect(await notices()).toEqual([expect.stringMatching(/mona closed the issue/)]);

  await mona.reopenIssue(repo, issue);
  agent.thinks.clear();
  await will.comment(repo, issue, '/retry');
  const { pull } = await plan(issue);
  await mona.closeIssue(repo, issue);
  await stage(issue, 'canceled');
  await quiet();
  expect(await sticky(pull.number)).toContain('mona closed the issue');
  expect(await sticky(pull.number)).not.toContain('/approve-plan ');
});

test('help and status are for everybody; what is no command gets no answer', async () => {
  const { ask, stage, answered, reactions, said, quiet, world, repo, rita, sam, will } = await dialogue();
  const issue = await ask(thinIssue);
  await stage(issue, 'not_ready');
  const help = await rita.comment(repo, issue, '/harness help');
  expect(await answered(issue, help.id)).toContain('| `/approve-plan [digest]` |');
  const status = await sam.comment(repo, issue, '/harness status');
  expect(await answered(issue, status.id)).toContain('the issue is not ready');
  const half = await will.comment(repo, issue, '/harness');
  expect(await answered(issue, half.id)).toContain('/harness help');
  const miss = await will.comment(repo, issue, '/harness hlep');
  expect(await answered(issue, miss.id)).toContain('Did you mean `/harness help`');
  const notHere = await will.comment(repo, issue, '/approve-plan');
  expect(await answered(issue, notHere.id)).toContain('the issue is not ready');
  const early = await will.comment(repo, issue, '/unhold');
  expect(await answered(issue, early.id)).toContain('no hold to lift');
  const strange = [
    await will.comment(repo, issue, '/tmp is full'),
    await will.comment(repo, issue, '/deploy now'),
    await will.comment(repo, issue, 'See /harness help for more.'),
  ];
  await quiet();
  for (const { id } of [help, status]) expect(await reactions(id)).toContain('rocket');
  for (const { id } of [half, miss, notHere, early]) expect(await reactions(id)).toContain('-1');
  for (const { id } of strange) expect(await reactions(id)).toEqual([]);
  expect((await said(issue)).filter((body) => body.includes('gantry:reply:'))).toHaveLength(6);
  expect(runsOf(world)).toEqual([]);
});
