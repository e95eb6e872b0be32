// A token of the API is changed without a moment in which its holder is refused: the new one beside the old one, then alone.
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkEnv } from '../../../src/config/env.ts';
import { openSite, type Site } from './site.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

let first: Site;
beforeAll(async () => {
  first = await openSite(tokensOf('ops:read+pause:the-old-one'));
});
afterAll(() => first.close());

/** As the environment is read at a start. */
function tokensOf(apiTokens: string) {
  const read = checkEnv({ APP_ID: '42', PRIVATE_KEY: pem, WEBHOOK_SECRET: 's3cret', API_TOKENS: apiTokens });
  if (read.status !== 'ok') throw new Error(JSON.stringify(read.problems));
  return read.env.apiTokens;
}
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const status = async (site: Site, token: string) => (await site.ask('/api/v1/tickets', bearer(token))).status;

test('old and new together, then the new one alone; a session ends with its token', async () => {
  const both = await openSite(tokensOf('ops:read+pause:the-old-one,ops-2:read+pause:the-new-one'), first.journal);
  const { cookie } = await first.signIn('the-old-one');
  expect([await status(first, 'the-old-one'), await status(first, 'the-new-one')]).toEqual([200, 401]);
  expect([await status(both, 'the-old-one'), await status(both, 'the-new-one')]).toEqual([200, 200]);
  expect((await both.ask('/', { headers: { cookie } })).status).toBe(200);
  const alone = await openSite(tokensOf('ops-2:read+pause:the-new-one'), first.journal);
  expect([await status(alone, 'the-old-one'), await status(alone, 'the-new-one')]).toEqual([401, 200]);
  expect((await alone.ask('/', { headers: { cookie } })).status).toBe(401);
});
