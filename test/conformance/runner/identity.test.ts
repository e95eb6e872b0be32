// Keys of the issuer change while we run: a new one is fetched once, and nobody makes us ask for keys as often as they like.
import { generateKeyPair } from 'jose';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createIdentityVerifier, type IdentityVerifier } from '../../../src/intake/runner/identity.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { rightClaims } from './plane.ts';

const audience = 'https://gantry.example.org';
let issuer: Issuer;
let verify: IdentityVerifier;
beforeEach(async () => {
  // Only the clock that tokens and caches are judged by; sockets keep theirs.
  vi.useFakeTimers({ toFake: ['Date'] });
  issuer = await startIssuer(() => audience);
  verify = createIdentityVerifier({ issuer: issuer.url, audience });
});
afterEach(async () => {
  vi.useRealTimers();
  await issuer.close();
});

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);
const token = (kid?: string) => issuer.sign(rightClaims(1), kid === undefined ? {} : { kid });

test('a key that was not there before leads to one fetch, and the former one is still good while it is published', async () => {
  expect(await verify(await token())).toMatchObject({ ok: true });
  later(31);
  await issuer.addKey('two');
  const fresh = await Promise.all(Array.from({ length: 5 }, () => token('two')));
  for (const answer of await Promise.all(fresh.map(verify))) expect(answer).toMatchObject({ ok: true });
  expect(await verify(await token('one'))).toMatchObject({ ok: true });
  expect(issuer.keyRequests()).toBe(2);
});

test('a key that was taken away is no longer believed once the kept ones are too old', async () => {
  await issuer.addKey('two');
  const old = await token('one');
  expect(await verify(old)).toMatchObject({ ok: true });
  issuer.dropKey('one');
  later(601);
  expect(await verify(await token('one'))).toEqual({ ok: false, why: 'ERR_JWKS_NO_MATCHING_KEY' });
  expect(await verify(await token('two'))).toMatchObject({ ok: true });
});

test('a flood of unknown key ids is a fetch each half minute at most, and does not keep the right ones out', async () => {
  expect(await verify(await token())).toMatchObject({ ok: true });
  const { privateKey } = await generateKeyPair('RS256');
  const flood = async (wave: number) => {
    const forged = Array.from({ length: 100 }, (_, n) =>
      issuer.sign(rightClaims(1), { key: privateKey, kid: `forged-${wave}-${n}` }),
    );
    const answers = await Promise.all((await Promise.all(forged)).map(verify));
    expect(new Set(answers.map(({ ok }) => ok))).toEqual(new Set([false]));
  };
  await flood(1);
  expect(issuer.keyRequests()).toBe(1);
  later(31);
  await flood(2);
  await flood(3);
  expect(issuer.keyRequests()).toBe(2);
  expect(await verify(await token())).toMatchObject({ ok: true });
});

test('a known key id on a strange signature leads to no fetch at all', async () => {
  expect(await verify(await token())).toMatchObject({ ok: true });
  later(31);
  const { privateKey } = await generateKeyPair('RS256');
  const forged = await issuer.sign(rightClaims(1), { key: privateKey });
  expect(await verify(forged)).toEqual({ ok: false, why: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' });
  expect(issuer.keyRequests()).toBe(1);
});
