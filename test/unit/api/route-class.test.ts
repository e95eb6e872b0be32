// Every route falls into one of a few classes.
import { expect, test } from 'vitest';
import { classOf, methodOf, statusOf } from '../../../src/api/route-class.ts';

test.each([
  ['/app/installations/{installation_id}/access_tokens', 'token'],
  ['/app/hook/deliveries', 'app'],
  ['/repos/{owner}/{repo}/installation', 'other'],
  ['/repos/{owner}/{repo}/issues/{issue_number}/comments', 'comments'],
  ['/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions', 'reactions'],
  ['/repos/{owner}/{repo}/issues/{issue_number}/labels', 'issues'],
  ['/repos/{owner}/{repo}/pulls/{pull_number}/merge', 'pulls'],
  ['/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers', 'people'],
  ['/repos/{owner}/{repo}/commits/{ref}/check-runs', 'checks'],
  ['/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches', 'actions'],
  ['/repos/{owner}/{repo}/contents/{path}', 'contents'],
  ['/graphql', 'graphql'],
  ['', 'other'],
  ['/anything/else', 'other'],
])('%s is of the class %s', (route, expected) => {
  expect(classOf(route)).toBe(expected);
});

test('methods and statuses that nobody knows are one each', () => {
  expect([methodOf('GET'), methodOf('get'), methodOf('BREW')]).toEqual(['GET', 'other', 'other']);
  expect([statusOf(204), statusOf(422), statusOf(503), statusOf(0), statusOf(99), statusOf(1_000)]).toEqual([
    '2xx',
    '4xx',
    '5xx',
    'none',
    'none',
    'none',
  ]);
});
