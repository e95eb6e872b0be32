// Sessions end by the clock.
import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { createAccess } from '../../../src/api/access.ts';

const tokens = [{ name: 'reader', scopes: ['read'], token: 'a-token' }];

test('a session lasts twelve hours', async () => {
  let now = Date.parse('2026-03-01T00:00:00Z');
  const access = createAccess(tokens, { now: () => now });
  const app = new Hono();
  app.get('/in', (context) => context.json(access.signIn(context, 'a-token')));
  app.get('/', (context) => context.json(access.admit(context, 'read')));
  const cookie = (await app.request('/in')).headers.get('set-cookie')?.split(';')[0] ?? '';
  const ask = async () => (await app.request('/', { headers: { cookie } })).json();
  now += 12 * 3_600_000 - 1_000;
  expect(await ask()).toEqual({ viewer: { name: 'reader', scopes: ['read'] } });
  now += 2_000;
  expect(await ask()).toEqual({ refused: 'wrong_token' });
});

test('a scope must be named', async () => {
  const access = createAccess(tokens);
  const app = new Hono();
  app.get('/', (context) => context.json(access.admit(context, 'replay')));
  expect(await (await app.request('/', { headers: { authorization: 'Bearer a-token' } })).json()).toEqual({
    refused: 'scope',
  });
});
