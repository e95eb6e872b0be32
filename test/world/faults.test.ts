import { expect, test } from 'vitest';
import { asInstallation, openWorld } from './world-kit.ts';

const COMMENTS = '/repos/acme/app/issues/1/comments';

test('faults strike the App before or after the write, as often as asked, and never people', async () => {
  const world = await openWorld();
  const mona = world.person('mona');
  await mona.openIssue('acme/app', { title: 'x' });
  const { ask } = await asInstallation(world);
  const say = (body: string) =>
    ask('POST', COMMENTS, { body }).then(
      (a) => a.status,
      () => 'reset' as const,
    );
  const match = (request: { method: string }) => request.method === 'POST';
  world.faults.add(
    { match, do: 'fail-before' },
    { match, do: 'fail-after' },
    { match, do: 'reset-after' },
    { match, do: 'reset-before' },
    { match, do: 'secondary', times: 2 },
    { match, do: 'too-many' },
  );
  await mona.comment('acme/app', 1, 'undisturbed');
  const seen: unknown[] = [];
  for (const body of 'abcdefg') seen.push(await say(body));
  expect(world.faults.list.every((f) => f.times === 0)).toBe(true);
  expect(seen).toEqual([502, 'reset', 403, 403, 429, 500, 'reset']);
  expect((await mona.comments('acme/app', 1)).map((c) => c.body)).toEqual(['undisturbed', 'f', 'g']);
  expect(world.faults.applied.length).toBe(7);
});

test('an unchanged answer is 304 for who brings its ETag', async () => {
  const world = await openWorld();
  const url = `${world.url}/repos/acme/app/git/ref/heads/main`;
  const headers = { authorization: `Bearer ${world.person('mona').token}` };
  const first = await fetch(url, { headers });
  await first.text();
  const etag = first.headers.get('etag') ?? '';
  const again = () => fetch(url, { headers: { ...headers, 'if-none-match': etag } }).then((a) => a.status);
  expect(await again()).toBe(304);
  await world.person('mona').putFile('acme/app', 'a.txt', 'a');
  expect(await again()).toBe(200);
});

test('Linear runs beside GitHub where asked', async () => {
  const world = await openWorld({ linear: true });
  const { url = '', apiKey = '' } = world.linear ?? {};
  const body = JSON.stringify({ query: '{ viewer { email } teams { nodes { key } } }' });
  const headers = { authorization: apiKey, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
  expect(await answer.json()).toEqual({
    data: { viewer: { email: 'root-admin@example.com' }, teams: { nodes: [{ key: 'ENG' }] } },
  });
});
