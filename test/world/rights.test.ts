import { expect, test } from 'vitest';
import { asApp, asInstallation, openWorld } from './world-kit.ts';

const REPO = '/repos/acme/app';

test('the permission route tells each role as GitHub does', async () => {
  const world = await openWorld();
  const { ask } = await asInstallation(world);
  const told: Record<string, unknown> = {};
  for (const login of ['root-admin', 'mona', 'tess', 'rita', 'sam']) {
    const { json } = await ask('GET', `${REPO}/collaborators/${login}/permission`);
    told[login] = [json.permission, json.role_name];
  }
  expect(told).toEqual({
    'root-admin': ['admin', 'admin'],
    mona: ['write', 'write'],
    tess: ['read', 'triage'],
    rita: ['read', 'read'],
    sam: ['read', 'read'],
  });
  await world.person('root-admin').setRole('acme/app', 'mona', 'maintain');
  expect((await ask('GET', `${REPO}/collaborators/mona/permission`)).json).toMatchObject({
    permission: 'write',
    role_name: 'maintain',
  });
});

test('people do what their role allows, strangers only what is open to all', async () => {
  const world = await openWorld();
  const [sam, rita, tess] = ['sam', 'rita', 'tess'].map((login) => world.person(login));
  const issue = await sam?.openIssue('acme/app', { title: 'By a stranger', labels: ['ai-ready'] });
  expect(issue?.labels).toEqual([]); // dropped silently
  const label = { labels: ['ai-ready'] };
  expect((await sam?.request('POST', `${REPO}/issues/1/labels`, label))?.status).toBe(403);
  expect((await rita?.request('POST', `${REPO}/issues/1/labels`, label))?.status).toBe(403);
  expect((await tess?.request('POST', `${REPO}/issues/1/labels`, label))?.status).toBe(200);
  expect((await sam?.request('PATCH', `${REPO}/issues/1`, { body: 'mine', labels: [] }))?.status).toBe(200);
  expect((await tess?.issue('acme/app', 1))?.labels.map((l) => l.name)).toEqual(['ai-ready']);
  expect((await rita?.request('PATCH', `${REPO}/issues/1`, { body: 'not mine' }))?.status).toBe(403);
  const comment = await sam?.comment('acme/app', 1, 'hello');
  expect((await tess?.request('PATCH', `${REPO}/issues/comments/${comment?.id}`, { body: 'x' }))?.status).toBe(403);
  expect((await tess?.request('POST', `${REPO}/check-runs`, { name: 'x', head_sha: '0'.repeat(40) }))?.status).toBe(
    403,
  );
});

test('an App token does what its permissions name, in the repositories it covers', async () => {
  const world = await openWorld();
  await world.addRepository({ name: 'secret', private: true });
  const narrow = await asInstallation(world, { repositories: ['app'], permissions: { contents: 'write' } });
  expect((await narrow.ask('POST', `${REPO}/issues/1/comments`, { body: 'x' })).status).toBe(403);
  expect((await narrow.ask('GET', '/repos/acme/secret')).status).toBe(404);
  expect((await narrow.ask('GET', '/installation/repositories')).json).toMatchObject({ total_count: 1 });
  const { ask } = await asInstallation(world);
  expect((await ask('GET', '/repos/acme/secret')).status).toBe(200);
  expect((await ask('GET', '/installation/repositories')).json).toMatchObject({ total_count: 2 });
  expect((await asApp(world)('GET', '/app')).json).toMatchObject({ slug: 'gantry', id: world.app.id });
  const nobody = await fetch(`${world.url}${REPO}`, { headers: { authorization: 'Bearer nobody' } });
  expect(nobody.status).toBe(401);
  world.expireTokens();
  expect((await ask('GET', '/repos/acme/secret')).status).toBe(401);
});

test('comments and reactions of the App are by its bot; a reaction is made once', async () => {
  const world = await openWorld();
  const mona = world.person('mona');
  await mona.openIssue('acme/app', { title: 'x' });
  const { ask } = await asInstallation(world);
  const comment = (await ask<{ id: number }>('POST', `${REPO}/issues/1/comments`, { body: 'By Gantry' })).json;
  expect(comment).toMatchObject({
    user: { login: 'gantry[bot]', type: 'Bot' },
    performed_via_github_app: { slug: 'gantry' },
  });
  const path = `${REPO}/issues/comments/${comment.id}/reactions`;
  expect((await ask('POST', path, { content: 'eyes' })).status).toBe(201);
  expect((await ask('POST', path, { content: 'eyes' })).status).toBe(200);
  expect((await ask<unknown[]>('GET', path)).json).toMatchObject([{ content: 'eyes', user: { login: 'gantry[bot]' } }]);
  const through = await mona.throughApp().comment('acme/app', 1, '/approve-plan');
  expect((await ask('GET', `${REPO}/issues/comments/${through.id}`)).json).toMatchObject({
    user: { login: 'mona' },
    performed_via_github_app: { slug: 'gantry' },
  });
});
