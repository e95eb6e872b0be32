import { expect, test } from 'vitest';
import { asApp, asInstallation, openWorld } from './world-kit.ts';

const REPO = '/repos/acme/app';

test('a request of the App that breaks the description is refused and reported', async () => {
  const world = await openWorld({ violations: true });
  const { ask } = await asInstallation(world);
  await world.person('mona').openIssue('acme/app', { title: 'x' });
  expect((await ask('GET', `${REPO}/issues?state=any`)).status).toBe(422);
  expect((await ask('POST', `${REPO}/issues/1/comments`, { text: 'x' })).status).toBe(422);
  expect((await ask('GET', `${REPO}/issues?colour=red`)).status).toBe(200);
  await ask('GET', `${REPO}/milestones`);
  expect(world.violations).toEqual([
    {
      route: `GET ${REPO}/issues`,
      problems: ['query/state must be equal to one of the allowed values (open | closed | all)'],
    },
    {
      route: `POST ${REPO}/issues/1/comments`,
      problems: ["body must have required property 'body'", 'body/text is not a property of this body'],
    },
    { route: `GET ${REPO}/issues`, problems: ['query/colour is not a parameter of this route'] },
    { route: `GET ${REPO}/milestones`, problems: ['is not in test/world/routes-used.ts'] },
  ]);
});

test('people may send anything; their requests are neither checked nor counted', async () => {
  const world = await openWorld();
  await world.person('mona').request('GET', `${REPO}/issues?state=any`);
  expect(world.requests).toEqual([]);
});

test("the App's requests are counted by route, token mints apart", async () => {
  const world = await openWorld();
  const { ask } = await asInstallation(world);
  await ask('GET', `${REPO}/git/ref/heads/main`);
  await ask('GET', `${REPO}/contents/docs/none.md`);
  await asApp(world)('GET', '/app');
  expect(world.requests.map(({ route, status, by, mint }) => [route, status, by, mint])).toEqual([
    ['POST /app/installations/{installation_id}/access_tokens', 201, 'app', true],
    ['GET /repos/{owner}/{repo}/git/ref/{ref}', 200, 'installation', false],
    ['GET /repos/{owner}/{repo}/contents/{path}', 404, 'installation', false],
    ['GET /app', 200, 'app', false],
  ]);
});
