import { expect, test } from 'vitest';
import { judgeRequest } from '../../../../adapters/sandbox/registry-rule.ts';

const registries = ['https://npm.example.org/team/', 'https://npm.example.org/other', 'https://pypi.example.org/'];
const judged = (target: string, method = 'GET', host = 'npm.example.org') => {
  const decided = judgeRequest(registries, host, { method, target });
  return decided.decision === 'allow' ? decided.path : decided.why;
};

test.each([
  '/team/small',
  '/team/@acme%2fsmall',
  '/team/@acme/small/-/small-1.0.0.tgz',
  '/team/small?x=1',
  '/team/',
  '/team',
  '/other/small',
])('%s is read as it was asked for', (target) => expect(judged(target)).toBe(target));

test.each([
  ['/', 'path'],
  ['/teams/small', 'path'],
  ['/api/security/apiKey', 'path'],
  ['/team/-/whoami', 'path'],
  ['/team/-', 'path'],
  ['/team/%2d/npm/v1/tokens', 'path'],
  ['/team/../api', 'malformed'],
  ['/team/%2e%2e/api', 'malformed'],
  ['/team/..%2fapi', 'malformed'],
  ['/team/..%5capi', 'malformed'],
  ['/team/%252e%252e/api', 'malformed'],
  ['/team/..;/api', 'malformed'],
  ['/team/.;x/-/whoami', 'malformed'],
  ['/team//-/whoami', 'malformed'],
  ['//team/small', 'malformed'],
  ['/team/%00', 'malformed'],
  ['/team/%e0%a4', 'malformed'],
  ['https://npm.example.org/team/small', 'malformed'],
  ['*', 'malformed'],
  ['', 'malformed'],
])('%s: %s', (target, why) => expect(judged(target)).toBe(why));

test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('%s is no reading', (method) =>
  expect(judged('/team/small', method)).toBe('method'));

test('the whole host may be named, and another host has addresses of its own', () => {
  expect(judged('/simple/small/', 'HEAD', 'pypi.example.org')).toBe('/simple/small/');
  expect(judged('/-/whoami', 'GET', 'pypi.example.org')).toBe('path');
  expect(judged('/team/small', 'GET', 'elsewhere.example.org')).toBe('path');
});
