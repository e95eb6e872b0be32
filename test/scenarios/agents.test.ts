// Every agent CLI does the main job, and each way in which an agent may not do it ends with a word and a way on.
import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Turn } from '../model/script.ts';
import { fixtureWork, scriptedAgent } from '../scene/scripted-agent.ts';
import { agentsDir, dialogue } from './dialogue.ts';
import { walkMainJob } from './main-job.ts';

/** Installing one downloads tens of megabytes, so only `GANTRY_TEST_AGENTS=1` does it here. */
const usable = (name: string): boolean => {
  const installed = existsSync(agentsDir) && readdirSync(agentsDir).some((folder) => folder.startsWith(`${name}-`));
  if (!installed) console.warn(`${name} is not installed in ${agentsDir}; GANTRY_TEST_AGENTS=1 installs and tests it`);
  return installed || process.env.GANTRY_TEST_AGENTS === '1';
};

for (const agent of ['gemini_cli', 'claude_code'] as const) {
  test.skipIf(!usable(agent))(`${agent} takes a labelled issue to a merged pull request`, async () => {
    const scene = await dialogue({ agent });
    const { ending } = await walkMainJob(scene);
    expect(ending).toMatchObject({ stage: 'merged', merged: true, reactions: ['eyes', 'rocket'] });
    expect(ending.stickies).toHaveLength(1);
    expect(ending.runs.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(new Set(Object.values(ending.checks))).toEqual(new Set(['success']));
  });
}

test('an agent that refuses, and one that changes nothing, stop the ticket; /retry goes on', async () => {
  const work = fixtureWork();
  const turns: (Turn | undefined)[] = [{ refuse: true }, { say: 'There is nothing to do here.' }, undefined];
  let attempt = 0;
  const { ask, stage, mona, repo, said, plan, quiet, reactions } = await dialogue({
    script: scriptedAgent(
      () => work,
      () => turns[attempt],
    ),
  });
  const issue = await ask();
  const refused = await stage(issue, 'blocked');
  expect(refused.stage).toMatchObject({ resume: 'plan', why: { id: 'run-failed', data: { class: 'agent_refused' } } });
  await quiet();
  expect((await said(issue)).join()).toMatch(/The agent declined the task/);
  expect((await mona.issue(repo, issue)).labels.map(({ name }) => name).sort()).toEqual(['ai-blocked', 'ai-ready']);

  attempt = 1;
  await mona.comment(repo, issue, '/retry');
  await stage(issue, 'planning');
  const idle = await stage(issue, 'blocked');
  expect(idle.stage).toMatchObject({ resume: 'plan', why: { id: 'run-no_change' } });
  await quiet();
  expect((await said(issue)).join()).toContain('There is nothing to do here.');

  attempt = 2;
  const retry = await mona.comment(repo, issue, '/retry');
  await plan(issue);
  await quiet();
  expect(await reactions(retry.id)).toEqual(['eyes', 'rocket']);
  expect((await mona.issue(repo, issue)).labels.map(({ name }) => name)).toEqual(['ai-ready']);
  expect(await said(issue)).toHaveLength(1);
});
