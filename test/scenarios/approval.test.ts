// The one human gate: which comments approve a plan, and what the others are answered.
import { expect, test } from 'vitest';
import { dialogue } from './dialogue.ts';
import { runsOf } from './runs-of.ts';

test('a plan is approved by a person with write who neither asked nor pushed, in a comment of their own', async () => {
  const talk = await dialogue();
  const { ask, plan, stage, answered, reactions, sticky, stickies, quiet, ticket, world, repo } = talk;
  const { mona, will, tess, rita, sam } = talk;
  const issue = await ask();
  const { pull, line, digest } = await plan(issue);
  const on = pull.number;
  const refusals: [id: number, ...says: string[]][] = [
    [(await mona.comment(repo, on, line)).id, 'mona asked for it', 'Someone else with write permission'],
    [(await rita.comment(repo, on, line)).id, 'rita has read permission', 'takes write permission'],
    [(await tess.comment(repo, on, line)).id, 'tess has triage permission', '`/approve-plan`'],
    [(await sam.comment(repo, on, line)).id, 'sam has', 'Someone with write permission'],
    [(await will.throughApp().comment(repo, on, line)).id, 'an app wrote it', 'Type `/approve-plan` yourself'],
    [(await will.comment(repo, on, `/approve-plan ${'0'.repeat(64)}`)).id, 'not the one of the plan', line],
    [(await will.comment(repo, on, '/approve-plan')).id, 'less than two minutes', line],
    [(await will.comment(repo, on, `/approve-plan ${digest.slice(0, 8)}`)).id, '64 hexadecimal digits'],
    [(await will.comment(repo, on, '/aprove-plan')).id, 'Did you mean `/approve-plan`'],
  ];
  const ignored = [
    await will.comment(repo, on, `\`\`\`\n${line}\n\`\`\``),
    await will.comment(repo, on, `> ${line}`),
    await will.comment(repo, on, `I would say ${line}`),
    await will.comment(repo, on, `- ${line}`),
    await will.comment(repo, on, 'Reads well, one moment.'),
  ];
  await will.editComment(repo, ignored.at(-1)?.id ?? 0, line);

  for (const [id, ...says] of refusals) {
    const answer = await answered(on, id);
    for (const words of says) expect(answer).toContain(words);
  }
  await quiet();
  for (const [id] of refusals) expect(await reactions(id)).toContain('-1');
  for (const { id } of ignored) expect(await reactions(id)).toEqual([]);
  const replies = (await talk.said(on)).filter((body) => body.includes('<!-- gantry:reply:'));
  expect(replies).toHaveLength(refusals.length);
  expect((await ticket(issue)).approval).toBeUndefined();
  expect(runsOf(world)).toEqual(['plan success']);

  const approval = await will.comment(repo, on, `Read it twice, I like it.\n\n${line}\n`);
  await stage(issue, 'implementing');
  await quiet();
  expect(await reactions(approval.id)).toEqual(['eyes', 'rocket']);
  expect(await sticky(on)).toContain('**Approved** by will');
  expect(await stickies(on)).toHaveLength(1);
  expect(runsOf(world)).toEqual(['plan success', 'implement success', 'verify success']);
});

test('a bot does not approve, and gets no answer that another bot could answer', async () => {
  const { ask, plan, reactions, said, quiet, ticket, world, repo, mona } = await dialogue();
  const issue = await ask();
  const { pull, line } = await plan(issue);
  const owner = world.repo(repo)?.owner_id ?? 0;
  const bot = world.grantToken({
    installationId: 200,
    appId: 15_368,
    accountId: owner,
    accountType: 'Organization',
    permissions: { issues: 'write', pull_requests: 'write', metadata: 'read' },
    repositoryIds: [world.repo(repo)?.id ?? 0],
    repositorySelection: 'selected',
  });
  const answer = await fetch(`${world.url}/repos/${repo}/issues/${pull.number}/comments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bot}`, 'content-type': 'application/json' },
    body: JSON.stringify({ body: line }),
  });
  expect(answer.status).toBe(201);
  const before = (await said(pull.number)).length;
  await quiet();

  const comment = (await mona.comments(repo, pull.number)).find(({ body }) => body === line);
  expect(comment?.user).toMatchObject({ type: 'Bot' });
  expect(await reactions(comment?.id ?? 0)).toEqual(['-1']);
  expect(await said(pull.number)).toHaveLength(before);
  expect((await ticket(issue)).approval).toBeUndefined();
});

test('an approval of a plan that has just changed, or by whoever changed it, does not count', async () => {
  const talk = await dialogue();
  const { ask, plan, stage, answered, reactions, sticky, quiet, ticket, world, repo, will, root } = talk;
  const issue = await ask();
  const { pull, line } = await plan(issue);
  const on = pull.number;
  const proposal = (await ticket(issue)).plan?.files.find(({ path }) => path.endsWith('/proposal.md'))?.path ?? '';
  const text = (await will.readFile(repo, proposal, pull.head.ref)) ?? '';

  // GitHub knows of the push, Gantry does not yet.
  world.webhooks.rules.push({ match: ({ event }) => event === 'pull_request', do: 'hold' });
  await root.putFile(repo, proposal, `${text}\nAnd a discount for everybody.\n`, { branch: pull.head.ref });
  const stale = await will.comment(repo, on, line);
  expect(await answered(on, stale.id)).toContain('The branch has changed and is being read again');
  world.webhooks.rules.splice(0);
  world.webhooks.release();
  await quiet();

  const next = (await plan(issue)).line;
  expect(next).not.toBe(line);
  const older = await will.comment(repo, on, line);
  expect(await answered(on, older.id)).toContain('not the one of the plan as it stands now');
  const pusher = await root.comment(repo, on, next);
  expect(await answered(on, pusher.id)).toContain('root-admin pushed here');
  await quiet();
  for (const { id } of [stale, older, pusher]) expect(await reactions(id)).toEqual(['-1', 'eyes']);
  expect(runsOf(world)).toEqual(['plan success']);

  const approval = await will.comment(repo, on, next);
  await stage(issue, 'in_review');
  await quiet();
  expect(await sticky(on)).not.toContain('/approve-plan ');
  expect(await reactions(approval.id)).toEqual(['eyes', 'rocket']);
});
