// GitHub promises neither that a webhook arrives, nor once, nor in order: whatever happens to them, the end is the same.
import { createHmac, randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { Letter } from '../world/office.ts';
import { type Dialogue, dialogue } from './dialogue.ts';
import { during, type Ending, seeded, shuffled, walkMainJob } from './main-job.ts';

let clean: Ending;

beforeAll(async () => {
  const scene = await dialogue();
  clean = (await walkMainJob(scene)).ending;
  expect(clean).toMatchObject({ stage: 'merged', merged: true, said: { pull: [] } });
  expect(clean.said.issue).toEqual([expect.stringContaining('<!-- gantry:notice -->')]);
  expect(clean.stickies).toHaveLength(1);
  expect(clean.runs.map(({ stage }) => stage)).toEqual(['plan', 'implement', 'verify']);
});

test('webhooks that all arrive twice, and reordered', async () => {
  const scene = await dialogue();
  scene.world.webhooks.rules.push({ match: () => true, do: 'hold' });
  const random = seeded(20_261_120);
  const twice = (held: Letter[]) => shuffled([...held, ...held], random);
  const { ending } = await during(walkMainJob(scene), releaser(scene, twice));
  expect(ending).toEqual(clean);
});

test('webhooks that arrive in reverse', async () => {
  const scene = await dialogue();
  scene.world.webhooks.rules.push({ match: () => true, do: 'hold' });
  const { ending } = await during(
    walkMainJob(scene),
    releaser(scene, (held) => held.toReversed()),
  );
  expect(ending).toEqual(clean);
});

test('webhooks that arrive late, each by another time', async () => {
  const scene = await dialogue();
  for (const [rest, ms] of [0, 200, 700, 1_500].entries()) {
    scene.world.webhooks.rules.push({
      match: ({ guid }) => Number.parseInt(guid.slice(0, 4), 16) % 4 === rest,
      do: 'delay',
      ms,
    });
  }
  expect((await walkMainJob(scene)).ending).toEqual(clean);
});

test('webhooks that never arrive, and come back from the delivery log', async () => {
  const scene = await dialogue();
  const { world, app } = scene;
  world.webhooks.rules.push({ match: () => true, do: 'drop' });
  let repaired = 0;
  const repair = async () => {
    const lost = world.webhooks.log.length;
    if (lost === repaired) return;
    await app.loop.repair();
    repaired = lost;
  };
  const { ending } = await during(walkMainJob(scene), repair);
  expect(world.webhooks.log.every(({ row }) => row.status_code === 502)).toBe(true);
  expect(ending).toEqual(clean);
});

test('malformed webhooks are refused and leave nothing behind', async () => {
  const { app, world, stage, quiet, repo, mona } = await dialogue();
  const before = await counts(app.journal.db);
  const good = JSON.stringify({ action: 'opened', installation: { id: 1 } });
  const statuses = await Promise.all([
    post(app.url, good, { 'x-hub-signature-256': sign('not the secret', good) }),
    post(app.url, good, { 'x-hub-signature-256': undefined }),
    post(app.url, good, { 'x-hub-signature-256': sign(world.app.webhookSecret, good), 'x-github-event': undefined }),
    post(app.url, good, { 'x-hub-signature-256': sign(world.app.webhookSecret, good), 'x-github-delivery': undefined }),
    post(app.url, good, { 'x-hub-signature-256': sign(world.app.webhookSecret, good), 'content-type': 'text/plain' }),
    post(app.url, 'not json', { 'x-hub-signature-256': sign(world.app.webhookSecret, 'not json') }),
    post(app.url, '[]', { 'x-hub-signature-256': sign(world.app.webhookSecret, '[]') }),
  ]);
  expect(statuses).toEqual([401, 401, 400, 400, 415, 400, 400]);
  expect(await counts(app.journal.db)).toEqual(before);

  // Signed, but not what GitHub documents: kept, and marked with what is wrong.
  const nonsense = JSON.stringify({ action: 'labeled', issue: { number: 'one' }, installation: { id: 'x' } });
  const guid = randomUUID();
  const headers = { 'x-hub-signature-256': sign(world.app.webhookSecret, nonsense), 'x-github-delivery': guid };
  expect(await post(app.url, nonsense, headers)).toBe(202);
  const deliveries = app.journal.db.selectFrom('inbox').select(['state', 'note']).where('guid', '=', guid);
  await quiet();
  const row = await deliveries.executeTakeFirstOrThrow();
  expect(row.state).toBe('failed');
  expect(row.note).toMatch(/issue\.number: .*number/);
  expect(await counts(app.journal.db)).toEqual({ ...before, inbox: before.inbox + 1 });

  // And nothing of it stands in the way of what is real.
  const { number } = await mona.openIssue(repo, { title: 'Only a question', body: '' });
  await mona.label(repo, number, 'ai-ready');
  await stage(number, 'not_ready');
});

/** Lets held letters go once no more have come for a while, so that there is something to reorder. */
function releaser({ world }: Dialogue, order: (held: Letter[]) => Letter[]): () => void {
  let seen = 0;
  let still = 0;
  return () => {
    const { length } = world.webhooks.held;
    still = length === seen ? still + 1 : 0;
    seen = length;
    if (length > 0 && still >= 8) world.webhooks.release(order);
  };
}

const sign = (secret: string, body: string) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

async function post(url: string, body: string, over: Record<string, string | undefined>): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'issues',
    'x-github-delivery': randomUUID(),
    ...over,
  };
  const sent = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return (await fetch(`${url}/api/github/webhooks`, { method: 'POST', headers: sent, body })).status;
}

async function counts(db: Dialogue['app']['journal']['db']): Promise<{ inbox: number; fact: number; stream: number }> {
  const of = async (table: 'inbox' | 'fact' | 'stream') =>
    Number(
      (
        await db
          .selectFrom(table)
          .select(({ fn }) => fn.countAll().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    );
  return { inbox: await of('inbox'), fact: await of('fact'), stream: await of('stream') };
}
