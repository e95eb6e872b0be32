// What is sent once, what is asked again, and which class each failure has.
import nock from 'nock';
import { expect, onTestFinished, test, vi } from 'vitest';
import { API, asked, github, offline, repo, sent } from './nocked.ts';

offline();

const MERGE = { sha: 'a'.repeat(40), method: 'squash', title: 't', message: 'm' } as const;

test('a POST answered 502 is not sent again', async () => {
  nock(API).post('/repos/acme/app/issues/1/comments').reply(502, '<html>');
  await expect(github().writer.createComment(repo, 1, 'hello')).rejects.toMatchObject({
    name: 'Retryable',
    after: undefined,
  });
  expect(asked()).toEqual(['POST 502']);
});

test('a POST whose connection breaks is not sent again', async () => {
  nock(API).post('/repos/acme/app/issues/1/comments').replyWithError('socket hang up');
  await expect(github().writer.createComment(repo, 1, 'hello')).rejects.toMatchObject({ name: 'Retryable' });
  expect(asked()).toEqual(['POST 0']);
});

test('a read answered 502 is asked once more', async () => {
  nock(API).get('/repos/acme/app/issues/comments/5').reply(502);
  nock(API).get('/repos/acme/app/issues/comments/5').reply(404, {});
  expect(await github().reader.comment(repo, 5)).toBeUndefined();
  expect(asked()).toEqual(['GET 502', 'GET 404']);
});

test('JSON that breaks off is no answer', async () => {
  nock(API).get('/repos/acme/app').reply(200, '{"default_branch": "ma', { 'content-type': 'application/json' });
  await expect(github().reader.defaultBranch(repo)).rejects.toMatchObject({ name: 'Retryable' });
});

for (const [status, refused] of [
  [405, 'not_mergeable'],
  [409, 'head_moved'],
  [403, 'forbidden'],
  [422, 'not_mergeable'],
] as const)
  test(`a merge answered ${status} is asked once and refused: ${refused}`, async () => {
    nock(API)
      .put('/repos/acme/app/pulls/3/merge', (body) => body.sha === MERGE.sha)
      .reply(status, { message: 'because' });
    expect(await github().writer.merge(repo, 3, MERGE)).toEqual({ refused, detail: 'because' });
    expect(asked()).toEqual([`PUT ${status}`]);
  });

test('a merge answered 502 is unclear, and asked once', async () => {
  nock(API).put('/repos/acme/app/pulls/3/merge').reply(502);
  await expect(github().writer.merge(repo, 3, MERGE)).rejects.toMatchObject({ name: 'Retryable' });
  expect(asked()).toEqual(['PUT 502']);
});

for (const [status, expected] of [
  [400, { name: 'Permanent' }],
  [404, { name: 'Permanent' }],
  [409, { name: 'Retryable' }],
  [410, { name: 'Permanent' }],
  [422, { name: 'Permanent', message: expect.stringContaining('Body is too long') }],
  [451, { name: 'Permanent' }],
] as const)
  test(`a comment answered ${status} is ${expected.name}`, async () => {
    const body = { message: 'no', errors: [{ resource: 'X', code: 'custom', message: 'Body is too long' }] };
    nock(API).post('/repos/acme/app/issues/1/comments').reply(status, body);
    await expect(github().writer.createComment(repo, 1, 'hello')).rejects.toMatchObject(expected);
    expect(asked()).toEqual([`POST ${status}`]);
  });

test('refused credentials may be in rotation', async () => {
  nock(API).get('/app').reply(401, { message: 'A JSON web token could not be decoded' });
  await expect(github().reader.app()).rejects.toMatchObject({ name: 'Retryable', after: 60 });
});

test('where a token has ended, the next one is asked of the same host', async () => {
  const { reader } = github();
  nock(API).get('/repos/acme/app/issues/comments/5').reply(404, {});
  expect(await reader.comment(repo, 5)).toBeUndefined();
  // A token of less than five seconds is tried again as it is.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10_000 });
  onTestFinished(() => void vi.useRealTimers());
  nock(API).get('/repos/acme/app/issues/comments/5').reply(401, { message: 'Bad credentials' });
  nock(API).get('/repos/acme/app/issues/comments/5').reply(404, {});
  expect(await reader.comment(repo, 5)).toBeUndefined();
  expect(asked()).toEqual(['GET 404', 'GET 401', 'GET 404']);
});

test('a missing permission is named', async () => {
  nock(API)
    .post('/repos/acme/app/issues/1/comments')
    .reply(
      403,
      { message: 'Resource not accessible by integration' },
      { 'x-accepted-github-permissions': 'issues=write' },
    );
  await expect(github().writer.createComment(repo, 1, 'hello')).rejects.toMatchObject({
    name: 'UserFixable',
    messageId: 'permission_missing',
    data: { needs: 'issues=write', detail: 'Resource not accessible by integration' },
  });
});

for (const [status, message] of [
  [404, 'Not Found'],
  [403, 'This installation has been suspended'],
] as const)
  test(`an installation that gives no token (${status}) is not an absent issue`, async () => {
    nock(API).post('/app/installations/7/access_tokens').reply(status, { message });
    await expect(github({ mint: false }).reader.issue(repo, 1)).rejects.toMatchObject({
      messageId: 'app_not_installed',
      data: { detail: message },
    });
  });

test('every request carries the API version and our name; routes are counted as templates, mints too', async () => {
  const headers = { 'x-github-api-version': '2022-11-28', 'user-agent': /^gantry/ };
  nock(API, { reqheaders: headers })
    .get('/repos/acme/app/issues/1')
    .reply(404, {}, { 'x-ratelimit-remaining': '4999' });
  await github().reader.issue(repo, 1);
  expect(sent).toEqual([
    expect.objectContaining({
      method: 'POST',
      route: '/app/installations/{installation_id}/access_tokens',
      status: 201,
    }),
    expect.objectContaining({
      method: 'GET',
      route: '/repos/{owner}/{repo}/issues/{issue_number}',
      status: 404,
      remaining: 4999,
    }),
  ]);
  expect(JSON.stringify(sent)).not.toContain('ghs_');
});
