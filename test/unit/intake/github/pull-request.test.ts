// Two pushes shortly after each other: GitHub may have written both payloads when the second head was there already.
import { expect, test } from 'vitest';
import { pullRequest } from '../../../../src/intake/github/pull-request.ts';

const bot = { id: 90, login: 'gantry[bot]', type: 'Bot' };
const root = { id: 7, login: 'root-admin', type: 'User' };
const [ours, theirs] = ['a'.repeat(40), 'b'.repeat(40)];

const synchronize = (sender: typeof bot, after: string) => ({
  action: 'synchronize',
  after,
  installation: { id: 1 },
  repository: { id: 2, name: 'rates', owner: { login: 'acme' } },
  sender,
  pull_request: {
    number: 5,
    node_id: 'PR_5',
    title: 'Bulk discount',
    state: 'open',
    updated_at: '2026-03-01T10:00:00Z',
    user: bot,
    head: { sha: theirs, ref: 'gantry/1-bulk', repo: { id: 2 } },
    base: { sha: 'c'.repeat(40), ref: 'main', repo: { id: 2 } },
  },
});

test('each push is told as its own, with the head that it made and who made it', () => {
  const heard = [synchronize(bot, ours), synchronize(root, theirs)].flatMap((payload) =>
    pullRequest.translate(payload, { botId: bot.id }),
  );
  expect(new Set(heard.map((one) => 'key' in one && one.key)).size).toBe(2);
  expect(heard).toMatchObject([
    { fact: { by: { login: 'gantry[bot]' }, pull: { head: { sha: ours } } } },
    { fact: { by: { login: 'root-admin' }, pull: { head: { sha: theirs } } } },
  ]);
});
