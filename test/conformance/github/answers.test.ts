// Answers that only some servers give: GHES, custom roles, plans without drafts, Apps that may not undraft.
import nock from 'nock';
import { expect, test } from 'vitest';
import { API, asked, github, offline, repo } from './nocked.ts';

offline();

const DISPATCH = '/repos/acme/app/actions/workflows/gantry.yml/dispatches';
const dispatch = () => github().writer.dispatchWorkflow(repo, 'gantry.yml', 'main', { run: '1' });

test('a dispatch says which run it started', async () => {
  nock(API)
    .post(DISPATCH, { ref: 'main', inputs: { run: '1' }, return_run_details: true })
    .reply(200, { workflow_run_id: 99, run_url: 'u', html_url: 'h' });
  expect(await dispatch()).toEqual({ runId: 99 });
});

for (const status of [400, 422])
  test(`GHES that does not know return_run_details (${status}) is asked again without, once`, async () => {
    nock(API)
      .post(DISPATCH, (body) => body.return_run_details === true)
      .reply(status, { message: 'unknown parameter' });
    nock(API)
      .post(DISPATCH, { ref: 'main', inputs: { run: '1' } })
      .reply(204);
    expect(await dispatch()).toEqual({ runId: undefined });
  });

test('a dispatch that is refused twice says why', async () => {
  nock(API).post(DISPATCH).twice().reply(422, { message: "Required input 'stage' not provided" });
  await expect(dispatch()).rejects.toMatchObject({
    messageId: 'dispatch_refused',
    data: { file: 'gantry.yml', detail: "Required input 'stage' not provided" },
  });
});

test('a missing workflow is for a person to add', async () => {
  nock(API).post(DISPATCH).reply(404, { message: 'Not Found' });
  await expect(dispatch()).rejects.toMatchObject({
    messageId: 'workflow_missing',
    data: { file: 'gantry.yml', ref: 'main' },
  });
  expect(asked()).toEqual(['POST 404']);
});

const PERMISSION = '/repos/acme/app/collaborators/mona/permission';
for (const [answer, role] of [
  [{ permission: 'write', role_name: 'maintain' }, 'maintain'],
  [{ permission: 'read', role_name: 'triage' }, 'triage'],
  [{ permission: 'write', role_name: 'release-captain' }, 'write'],
  [{ permission: 'read', role_name: 'docs-only' }, 'read'],
  [{ permission: 'none', role_name: 'none' }, 'none'],
  [{ permission: 'superuser', role_name: 'superuser' }, 'none'],
] as const)
  test(`role ${answer.role_name} over ${answer.permission} is ${role}`, async () => {
    nock(API).get(PERMISSION).reply(200, answer);
    expect(await github().reader.role(repo, 'mona')).toBe(role);
  });

test('who is no user has no role', async () => {
  nock(API).get('/repos/acme/app/collaborators/dependabot%5Bbot%5D/permission').reply(404, { message: 'not a user' });
  expect(await github().reader.role(repo, 'dependabot[bot]')).toBe('none');
});

test('a transferred issue is absent, though GitHub redirects to it', async () => {
  nock(API)
    .get('/repos/acme/app/issues/1')
    .reply(301, {}, { location: `${API}/repositories/43/issues/8` });
  nock(API).get('/repositories/43/issues/8').reply(200, { id: 5, number: 8, labels: [], user: null });
  expect(await github().reader.issue(repo, 1)).toBeUndefined();
});

const draft = { title: 't', head: 'gantry/1-x', base: 'main', body: '', draft: true };
const onPulls = () =>
  nock(API).get('/repos/acme/app/pulls').query({ state: 'all', head: 'acme:gantry/1-x', per_page: 100, page: 1 });
const onCompare = () => nock(API).get('/repos/acme/app/compare/main...gantry%2F1-x').query({ per_page: 1 });
const pullRow = {
  number: 3,
  state: 'open',
  head: { ref: 'gantry/1-x', repo: { id: 42 } },
  base: { ref: 'main' },
  user: null,
  labels: [],
};

test('blockers come with their repository; a server without dependencies is told from an issue without any', async () => {
  const route = '/repos/acme/app/issues/1/dependencies/blocked_by';
  const row = { number: 7, state: 'open', repository_url: `${API}/repos/acme/other` };
  nock(API)
    .get(route)
    .query({ per_page: 100, page: 1 })
    .reply(200, [row, { ...row, number: 8, state: 'closed' }]);
  expect(await github().reader.blockedBy(repo, 1)).toEqual([
    { repository: 'acme/other', number: 7, state: 'open' },
    { repository: 'acme/other', number: 8, state: 'closed' },
  ]);
  nock(API).get(route).query(true).reply(404, { message: 'Not Found' });
  expect(await github().reader.blockedBy(repo, 1)).toBeUndefined();
  nock(API).get(route).query(true).reply(200, []);
  expect(await github().reader.blockedBy(repo, 1)).toEqual([]);
});

test('a plan without drafts is told from a pull that exists and from one without commits', async () => {
  const { writer } = github();
  const create = () => nock(API).post('/repos/acme/app/pulls').reply(422, { message: 'Validation Failed' });

  create();
  onPulls().reply(200, []);
  onCompare().reply(200, { ahead_by: 1 });
  expect(await writer.createPull(repo, draft)).toMatchObject({ refused: 'draft_unsupported' });

  create();
  onPulls().reply(200, [pullRow]);
  expect(await writer.createPull(repo, draft)).toMatchObject({ refused: 'exists' });

  create();
  onPulls().reply(200, [{ ...pullRow, head: { ref: 'gantry/1-x', repo: { id: 43 } } }]);
  onCompare().reply(200, { ahead_by: 0 });
  expect(await writer.createPull(repo, draft)).toMatchObject({ refused: 'no_commits' });

  nock(API)
    .post('/repos/acme/app/pulls')
    .reply(422, {
      message: 'Validation Failed',
      errors: [{ resource: 'PullRequest', field: 'head', code: 'invalid' }],
    });
  expect(await writer.createPull(repo, draft)).toMatchObject({ refused: 'no_branch' });
});

test('undrafting that GitHub refuses to an App is an answer; a pull that is not there is not', async () => {
  const { writer } = github();
  const mutation = (body: object) =>
    nock(API)
      .post('/graphql', (sent) => sent.variables.pull === 'PR_1')
      .reply(200, body);
  mutation({ data: { markPullRequestReadyForReview: { pullRequest: { isDraft: false } } } });
  expect(await writer.markReady(repo, 'PR_1')).toBe('done');
  mutation({
    data: { markPullRequestReadyForReview: null },
    errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }],
  });
  expect(await writer.markReady(repo, 'PR_1')).toBe('refused');
  mutation({ data: null, errors: [{ type: 'NOT_FOUND', message: 'Could not resolve' }] });
  await expect(writer.markReady(repo, 'PR_1')).rejects.toMatchObject({ name: 'Permanent' });
});

test('delivery ids over 2^53 keep every digit', async () => {
  const row = (status: number) =>
    `{"id":9007199254740993,"guid":"g","event":"push","action":null,"delivered_at":"2026-01-01T00:00:00Z","redelivery":false,"status":"x","status_code":${status},"installation_id":7,"request":{"payload":{"ref":"x"}}}`;
  const json = { 'content-type': 'application/json', link: `<${API}/app/hook/deliveries?cursor=v1_2>; rel="next"` };
  nock(API)
    .get('/app/hook/deliveries')
    .query({ per_page: 100, status: 'failure' })
    .reply(200, `[${row(500)}]`, json);
  nock(API).get('/app/hook/deliveries/9007199254740993').reply(200, row(202), json);
  nock(API).post('/app/hook/deliveries/9007199254740993/attempts').reply(202, {});
  const { reader, writer } = github();
  const { deliveries, next } = await reader.deliveries({ status: 'failure' });
  expect(deliveries).toMatchObject([{ id: '9007199254740993', ok: false, installation: 7 }]);
  expect(next).toBe('v1_2');
  expect(await reader.delivery('9007199254740993')).toMatchObject({ ok: true, payload: { ref: 'x' } });
  expect(await writer.redeliver('9007199254740993')).toBe('accepted');
});

test('git gets a token for one repository and nothing but contents', async () => {
  nock(API)
    .post('/app/installations/7/access_tokens', { repository_ids: [42], permissions: { contents: 'write' } })
    .reply(201, { token: 'ghs_narrow', expires_at: '2026-01-01T01:00:00Z' });
  expect(await github({ mint: false }).writer.gitAuth(repo, 'write')).toEqual({
    token: 'ghs_narrow',
    expiresAt: '2026-01-01T01:00:00Z',
  });
});

test('a file over 1 MB and one that is no text are not read as absent', async () => {
  const { reader } = github();
  const file = (over: object) =>
    nock(API)
      .get('/repos/acme/app/contents/a%2Fb')
      .query({ ref: 'main' })
      .reply(200, { type: 'file', sha: 's', size: 3, ...over });
  file({ encoding: 'none', content: '' });
  await expect(reader.textFile(repo, 'a/b', 'main')).rejects.toMatchObject({ name: 'Permanent' });
  file({ encoding: 'base64', content: Buffer.from([0xff, 0xfe]).toString('base64') });
  await expect(reader.textFile(repo, 'a/b', 'main')).rejects.toMatchObject({ name: 'Permanent' });
  file({ encoding: 'base64', content: Buffer.from('grüß').toString('base64') });
  expect(await reader.textFile(repo, 'a/b', 'main')).toEqual({ blob: 's', text: 'grüß' });
});
