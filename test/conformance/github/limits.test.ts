// Rate limits surface as Retryable with GitHub's own time, at once, and nothing is sent while they last.
import nock from 'nock';
import { expect, test } from 'vitest';
import { Retryable } from '../../../src/errors.ts';
import { API, asked, github, offline, repo } from './nocked.ts';

offline();

const inSeconds = (seconds: number) => String(Math.floor(Date.now() / 1000) + seconds);

const LIMITS: [string, number, Record<string, string>, object, [number, number]][] = [
  ['secondary limit as 403', 403, { 'retry-after': '30' }, { message: 'slow down' }, [30, 30]],
  ['secondary limit as 429', 429, { 'retry-after': '31' }, { message: 'slow down' }, [31, 31]],
  ['429 without a time', 429, {}, {}, [60, 60]],
  ['primary limit', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(120) }, {}, [118, 122]],
  ['primary limit as 429', 429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(120) }, {}, [118, 122]],
  ['a reset that is past', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inSeconds(-9) }, {}, [1, 1]],
  ['a broken reset', 403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': 'soon' }, {}, [60, 60]],
  [
    'a secondary limit that only its documentation names',
    403,
    {},
    {
      documentation_url:
        'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits',
    },
    [60, 60],
  ],
];

for (const [name, status, headers, body, [least, most]] of LIMITS) {
  for (const pace of ['none', 'github'] as const) {
    test(`${name} (pace ${pace}): one attempt, then Retryable after ${least} s`, async () => {
      nock(API).get('/repos/acme/app/issues/1').reply(status, body, headers);
      const failure = await github({ pace })
        .reader.issue(repo, 1)
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(Retryable);
      expect((failure as Retryable).after).toBeGreaterThanOrEqual(least);
      expect((failure as Retryable).after).toBeLessThanOrEqual(most);
      expect(asked()).toEqual([`GET ${status}`]);
    });
  }
}

test('while a limit lasts, requests of that installation are not sent, those of others are', async () => {
  nock(API).get('/repos/acme/app/issues/1').reply(403, {}, { 'retry-after': '30' });
  nock(API)
    .post('/app/installations/8/access_tokens')
    .reply(201, { token: 't', expires_at: '2100-01-01T00:00:00Z', permissions: {} });
  nock(API).get('/repos/acme/app/issues/1').reply(404, {});
  const { reader, writer } = github();
  await expect(reader.issue(repo, 1)).rejects.toBeInstanceOf(Retryable);
  await expect(writer.createComment(repo, 1, 'hello')).rejects.toMatchObject({ name: 'Retryable', after: 30 });
  expect(asked()).toEqual(['GET 403']);
  expect(await reader.issue({ ...repo, installation: 8 }, 1)).toBeUndefined();
});

test('a limit on the token itself is a limit, not a missing installation', async () => {
  nock(API).post('/app/installations/7/access_tokens').reply(403, {}, { 'retry-after': '12' });
  await expect(github({ mint: false }).reader.issue(repo, 1)).rejects.toMatchObject({ name: 'Retryable', after: 12 });
});

test('a limit while merging is no refusal to merge', async () => {
  nock(API).put('/repos/acme/app/pulls/3/merge').reply(403, {}, { 'retry-after': '5' });
  const merging = github().writer.merge(repo, 3, { sha: 'a', method: 'squash', title: 't', message: 'm' });
  await expect(merging).rejects.toMatchObject({ name: 'Retryable', after: 5 });
});

test('a GraphQL limit comes as 200 and is Retryable', async () => {
  nock(API)
    .post('/graphql')
    .reply(200, { data: null, errors: [{ type: 'RATE_LIMITED', message: 'limit' }] });
  await expect(github().writer.markReady(repo, 'PR_1')).rejects.toMatchObject({ name: 'Retryable', after: 60 });
  expect(asked()).toEqual(['POST 200']);
});
