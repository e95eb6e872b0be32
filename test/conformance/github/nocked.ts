// The real client against scripted answers: what the local world cannot say, GitHub and GHES can.
import { generateKeyPairSync } from 'node:crypto';
import nock from 'nock';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { GitHub } from '../../../adapters/github/contract.ts';
import { createGitHub, type RequestSeen } from '../../../adapters/github/octokit.ts';
import type { Repository } from '../../../src/facts/repository.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export const repo: Repository = { installation: 7, id: 42, owner: 'acme', name: 'app' };
export const API = 'https://api.github.test';

/** Every request that leaves, mints included. */
export const sent: RequestSeen[] = [];
/** Requests without the token mints. */
export const asked = () =>
  sent.filter(({ route }) => !route.endsWith('/access_tokens')).map(({ method, status }) => `${method} ${status}`);

/** A client of its own, with an installation token to be had. */
export function github(options: { mint?: boolean; pace?: 'github' | 'none' } = {}): GitHub {
  if (options.mint !== false)
    nock(API)
      .post('/app/installations/7/access_tokens')
      .reply(201, {
        token: 'ghs_test',
        expires_at: '2100-01-01T00:00:00Z',
        permissions: {},
        repository_selection: 'all',
      })
      .persist();
  return createGitHub({
    appId: 1,
    privateKey,
    baseUrl: API,
    pace: options.pace ?? 'none',
    log: pino({ level: 'silent' }),
    onRequest: (request) => sent.push(request),
  });
}

/** In each test file: no request leaves the machine, none that was scripted is left over. */
export function offline(): void {
  beforeAll(() => nock.disableNetConnect());
  afterEach(() => {
    const unused = nock.pendingMocks().filter((mock) => !mock.includes('access_tokens'));
    nock.cleanAll();
    sent.length = 0;
    expect(unused).toEqual([]);
  });
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });
}
