// Which secrets of the control plane were used for a run: in the audit under the run's id, for whoever may read.
import { expect, test } from 'vitest';
import { apiToken } from '../scene/scene.ts';
import { dialogue } from './dialogue.ts';

test('a plan leaves one row for the model key and one for the token that pushed it, and no value of either', async () => {
  const { ask, plan, stage, app } = await dialogue();
  const issue = await ask();
  await plan(issue);
  await stage(issue, 'awaiting_approval');
  const answer = await fetch(`${app.url}/api/v1/audit`, { headers: { authorization: `Bearer ${apiToken}` } });
  const { items } = (await answer.json()) as {
    items: { source: string; who: string; action: string; target: string }[];
  };
  const runs = await app.journal.db.selectFrom('run').select('id').where('stage', '=', 'plan').execute();
  const who = runs[0]?.id;
  expect(items.filter(({ source }) => source === 'run')).toEqual([
    expect.objectContaining({ who, action: 'use', target: 'secret:installation token with contents: write' }),
    expect.objectContaining({ who, action: 'use', target: 'secret:model key openai-responses' }),
  ]);
  expect(JSON.stringify(items)).not.toMatch(/gh[so]_|sk-/);
});
