// What an approval falls by, what it survives, and how the work goes on after the next one.
import { expect, test, vi } from 'vitest';
import { until } from '../scene/until.ts';
import { type Dialogue, dialogue, readyIssue } from './dialogue.ts';
import { runsOf, survivors } from './runs-of.ts';
import { slowAgent } from './slow-agent.ts';

// These are the longest dialogues: up to seven runs, one after another.
vi.setConfig({ testTimeout: 240_000 });

const labelsOf = async ({ mona, repo }: Dialogue, issue: number) =>
  (await mona.issue(repo, issue)).labels.map(({ name }) => name);

/** The line that approves, as the policy comment shows it now that the approval has fallen. */
async function fallen({ stage, sticky, gate, will, repo }: Dialogue, issue: number, pull: number, why: RegExp) {
  const { plan, head } = await stage(issue, 'awaiting_approval');
  const line = `/approve-plan ${plan?.digest}`;
  await until('the comment to say why and what to type', async () => {
    const comment = await sticky(pull);
    return comment.includes('The approval was revoked') && why.test(comment) && comment.includes(line);
  });
  await until('the gate to close', async () => {
    const sha = (await will.pull(repo, pull)).head.sha;
    const { conclusion, output } = (await gate(sha)) ?? {};
    return conclusion !== 'success' && conclusion !== null && (output?.title ?? '') !== '' && sha;
  });
  return { line, head };
}

test('an edit of the plan stops the run and revokes; the next approval builds it, and a late revoke resumes at verification', async () => {
  const agent = slowAgent('implement');
  const talk = await dialogue({ script: agent.script });
  const { ask, plan, stage, gate, sticky, quiet, ticket, world, repo, mona, will } = talk;
  const issue = await ask();
  const { pull, line } = await plan(issue);
  await will.comment(repo, pull.number, line);
  await agent.asked('implement');
  const proposal = (await ticket(issue)).plan?.files.find(({ path }) => path.endsWith('/proposal.md'))?.path ?? '';
  const text = await will.readFile(repo, proposal, pull.head.ref);
  const edited = await mona.putFile(repo, proposal, `${text}\nNobody shall notice this.\n`, { branch: pull.head.ref });
  const { line: next } = await fallen(talk, issue, pull.number, /changed after it had been approved/);
  await quiet();

  expect(next).not.toBe(line);
  expect(runsOf(world)).toEqual(['plan success', 'implement cancelled']);
  expect(survivors(world)).toEqual([]);
  expect(await gate(edited)).toMatchObject({ conclusion: 'action_required' });
  expect(await labelsOf(talk, issue)).toEqual(['ai-ready']);
  expect(await sticky(pull.number)).not.toContain('**Approved** by');

  agent.thinks.clear();
  const approval = await will.comment(repo, pull.number, next);
  const { head = '' } = await stage(issue, 'in_review');
  expect(runsOf(world).slice(2)).toEqual(['implement success', 'verify success']);

  await will.deleteComment(repo, approval.id);
  await fallen(talk, issue, pull.number, /deleted by will/);
  await will.review(repo, pull.number, 'APPROVE');
  await quiet();
  expect(await gate(head)).toMatchObject({ conclusion: 'action_required' });
  expect((await will.pull(repo, pull.number)).merged).toBe(false);

  await will.comment(repo, pull.number, next);
  await stage(issue, 'merged');
  expect(runsOf(world).slice(4)).toEqual(['verify success']);
});

test('ticked boxes and a base that moved elsewhere leave the approval alone; a base that moved in scope does not', async () => {
  const talk = await dialogue();
  const { ask, plan, stage, quiet, ticket, world, repo, mona, will, root } = talk;
  const issue = await ask();
  const { pull, line } = await plan(issue);
  await will.comment(repo, pull.number, line);
  await stage(issue, 'implementing');
  await root.putFile(repo, 'README.md', '# Rates\n\nSomething else.\n');
  await stage(issue, 'in_review');
  await root.putFile(repo, 'src/format.js', `${await root.readFile(repo, 'src/format.js')}\n// elsewhere\n`);
  await quiet();
  expect((await ticket(issue)).approval?.by.login).toBe('will');

  const tasks = (await ticket(issue)).plan?.files.find(({ path }) => path.endsWith('/tasks.md'))?.path ?? '';
  const text = (await mona.readFile(repo, tasks, pull.head.ref)) ?? '';
  const ticked = await mona.putFile(repo, tasks, text.replace('- [ ] 1.1', '- [x] 1.1'), { branch: pull.head.ref });
  await until('the ticked head to be verified', async () => (await ticket(issue)).layers?.sha === ticked);
  await stage(issue, 'in_review');
  await quiet();
  expect(await ticket(issue)).toMatchObject({ stage: { name: 'in_review' }, approval: { by: { login: 'will' } } });
  expect(runsOf(world)).toEqual(['plan success', 'implement success', 'verify success', 'verify success']);

  const source = await root.readFile(repo, 'src/shipment.js');
  await root.putFile(repo, 'src/shipment.js', `// In scope.\n${source}`);
  const { line: next } = await fallen(talk, issue, pull.number, /have changed on the base branch/);
  expect(next).toBe(line);
  await will.comment(repo, pull.number, next);
  await stage(issue, 'in_review');
  expect(runsOf(world).filter((run) => run.startsWith('implement'))).toHaveLength(1);
});

test('whatever an approval is bound to revokes it: its comment, the issue, the base, the right of who gave it', async () => {
  const talk = await dialogue();
  const { ask, plan, stage, gate, checks, sticky, quiet, ticket, world, repo, mona, will, root } = talk;
  const issue = await ask();
  const { pull, line } = await plan(issue);
  const on = pull.number;
  const first = await will.comment(repo, on, line);
  const { head = '' } = await stage(issue, 'in_review');

  await will.editComment(repo, first.id, `${line}\n\nOn second thought …`);
  await fallen(talk, issue, on, /edited by will/);

  const second = await will.comment(repo, on, line);
  await stage(issue, 'verifying');
  await will.deleteComment(repo, second.id);
  await fallen(talk, issue, on, /deleted by will/);
  await quiet();
  expect(survivors(world)).toEqual([]);

  await will.comment(repo, on, line);
  await stage(issue, 'verifying', 'in_review');
  await mona.editIssue(repo, issue, { body: `${readyIssue.body}\n\nOnly in the shop.` });
  await fallen(talk, issue, on, /issue was edited by mona/);

  await will.comment(repo, on, line);
  await stage(issue, 'verifying', 'in_review');
  await mona.push(repo, 'side', { 'README.md': '# Side\n' });
  await mona.editPull(repo, on, { base: 'side' });
  await until('the retarget to revoke', async () => (await ticket(issue)).revoked?.id === 'retargeted');
  await until('the gate to say so', async () => (await gate(head))?.output.title?.includes('not governed'));
  await mona.editPull(repo, on, { base: 'main' });
  await until('the base to be main again', async () => (await ticket(issue)).base?.ref === 'main');
  await quiet();

  await will.comment(repo, on, line);
  await stage(issue, 'verifying', 'in_review');
  await root.setRole(repo, 'will', 'pull');
  const member = { id: will.id, login: will.login, type: 'User' };
  await world.tell('member', 'edited', { member }, repo);
  await fallen(talk, issue, on, /will, no longer has write permission/);
  await quiet();
  expect(await gate(head)).toMatchObject({ conclusion: 'action_required' });
  expect(await labelsOf(talk, issue)).toEqual(['ai-ready']);

  await root.comment(repo, on, line);
  await stage(issue, 'in_review');
  await root.review(repo, on, 'APPROVE');
  await stage(issue, 'merged');
  await quiet();
  expect(await checks(head)).toMatchObject({ 'harness/gate': 'success' });
  expect(await sticky(on)).toContain('Merged');
  expect(runsOf(world).filter((run) => run.startsWith('implement'))).toEqual(['implement success']);
});
