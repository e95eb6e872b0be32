// What the control plane notes of a run by itself: the secrets that were used for it, what it said to the model, who may run it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { apiToken } from '../scene/scene.ts';
import { dialogue } from './dialogue.ts';

test('a plan leaves one row for the model key, one for the token that pushed it, no value of either, and its transcript', async () => {
  const fixture = readFileSync(path.join(import.meta.dirname, '../fixtures/target/.github/harness.yml'), 'utf8');
  const files = { '.github/harness.yml': `${fixture}runners: [github-hosted, self-hosted]\n` };
  const { ask, plan, stage, app } = await dialogue({ files });
  const issue = await ask();
  await plan(issue);
  await stage(issue, 'awaiting_approval');
  const answer = await fetch(`${app.url}/api/v1/audit`, { headers: { authorization: `Bearer ${apiToken}` } });
  const { items } = (await answer.json()) as {
    items: { source: string; who: string; action: string; target: string }[];
  };
  const runs = await app.journal.db.selectFrom('run').select(['id', 'assignment', 'transcript']).execute();
  const who = runs[0]?.id;
  expect(items.filter(({ source }) => source === 'run')).toEqual([
    expect.objectContaining({ who, action: 'use', target: 'secret:installation token with contents: write' }),
    expect.objectContaining({ who, action: 'use', target: 'secret:model key openai-responses' }),
  ]);
  expect(runs).toMatchObject([{ assignment: { runners: ['github-hosted', 'self-hosted'] } }]);
  expect(runs[0]?.transcript).toMatch(/^[0-9a-f]{64}$/);
  expect(JSON.stringify(items)).not.toMatch(/gh[so]_|sk-/);
});
