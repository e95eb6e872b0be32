import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { asApp, listenTo, openWorld } from './world-kit.ts';

const REPO = 'acme/app';

test('each change is told once, signed, in order, with the fields that GitHub always sends', async () => {
  const world = await openWorld();
  const { heard } = await listenTo(world);
  const mona = world.person('mona');
  const issue = await mona.openIssue(REPO, { title: 'Add a greeting', body: 'old', labels: ['bug'] });
  await mona.label(REPO, issue.number, 'ai-ready');
  await mona.editIssue(REPO, issue.number, { body: 'new' });
  const comment = await mona.comment(REPO, issue.number, 'first');
  await mona.editComment(REPO, comment.id, 'second');
  await world.settle();

  expect(heard.map((h) => h.name)).toEqual([
    'issues.opened',
    'issues.labeled',
    'issues.labeled',
    'issues.edited',
    'issue_comment.created',
    'issue_comment.edited',
  ]);
  expect(new Set(heard.map((h) => h.guid)).size).toBe(heard.length);
  for (const { raw, signature, payload } of heard) {
    expect(signature).toBe(`sha256=${createHmac('sha256', world.app.webhookSecret).update(raw).digest('hex')}`);
    expect(payload).toMatchObject({
      repository: { full_name: REPO, default_branch: 'main' },
      organization: { login: 'acme' },
      sender: { login: 'mona', type: 'User' },
      installation: { id: world.app.installationId },
    });
  }
  expect(heard[2]?.payload.label).toMatchObject({ name: 'ai-ready', url: expect.stringContaining('/labels/ai-ready') });
  expect(heard[3]?.payload.changes).toEqual({ body: { from: 'old' } });
  expect(heard[5]?.payload.changes).toEqual({ body: { from: 'first' } });
  expect(heard[5]?.payload.comment).toMatchObject({ body: 'second', performed_via_github_app: null });
});

test('before an App listens, deliveries are logged as failed', async () => {
  const world = await openWorld();
  await world.person('mona').openIssue(REPO, { title: 'x' });
  await world.settle();
  expect(world.webhooks.log.map((d) => d.row.status_code)).toEqual([502]);
});

test('letters are dropped, duplicated, held and released in another order', async () => {
  const world = await openWorld();
  const { heard } = await listenTo(world);
  const mona = world.person('mona');
  world.webhooks.rules.push({ match: (l) => l.action === 'opened', do: 'drop', times: 1 });
  await mona.openIssue(REPO, { title: 'lost' });
  await world.settle();
  expect(heard).toEqual([]);

  world.webhooks.rules.splice(0, 1, { match: () => true, do: 'duplicate', times: 1 });
  await mona.openIssue(REPO, { title: 'twice' });
  await world.settle();
  expect(heard.map((h) => h.name)).toEqual(['issues.opened', 'issues.opened']);
  expect(heard[0]?.guid).toBe(heard[1]?.guid);

  world.webhooks.rules.splice(0, 1, { match: () => true, do: 'hold' });
  await mona.label(REPO, 2, 'a', 'b');
  await world.settle();
  expect(heard.length).toBe(2);
  world.webhooks.release((held) => held.toReversed());
  await world.settle();
  expect(heard.slice(2).map((h) => (h.payload.label as { name: string }).name)).toEqual(['b', 'a']);

  world.webhooks.rules.splice(0, 1, { match: (l) => l.event === 'issues', do: 'delay', ms: 30, times: 1 });
  await mona.label(REPO, 2, 'late');
  await mona.comment(REPO, 2, 'early');
  await world.settle();
  expect(heard.slice(4).map((h) => h.name)).toEqual(['issue_comment.created', 'issues.labeled']);
});

test('the App reads its delivery log page by page and asks for redelivery with the same GUID', async () => {
  const world = await openWorld();
  const { heard, answer } = await listenTo(world);
  answer.status = 500;
  const mona = world.person('mona');
  for (const title of ['one', 'two', 'three']) await mona.openIssue(REPO, { title });
  await world.settle();
  answer.status = 202;

  const app = asApp(world);
  const failed = await app<{ id: number; guid: string }[]>('GET', '/app/hook/deliveries?status=failure&per_page=2');
  expect(failed.json.length).toBe(2);
  const cursor = `v1_${failed.json.at(-1)?.id}`;
  const rest = await app<{ id: number }[]>('GET', `/app/hook/deliveries?status=failure&per_page=2&cursor=${cursor}`);
  expect(rest.json.length).toBe(1);

  const first = heard[0];
  const one = await app<{ request: { payload: unknown } }>('GET', `/app/hook/deliveries/${rest.json[0]?.id}`);
  expect(one.json.request.payload).toEqual(first?.payload);
  expect((await app('POST', `/app/hook/deliveries/${rest.json[0]?.id}/attempts`)).status).toBe(202);
  await world.settle();
  expect(heard.at(-1)?.guid).toBe(first?.guid);
  expect(world.webhooks.log.at(-1)?.row).toMatchObject({ redelivery: true, status_code: 202, status: 'OK' });
  expect((await world.person('mona').request('GET', '/app/hook/deliveries')).status).toBe(401);
});
