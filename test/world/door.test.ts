import { expect, test } from 'vitest';
import { openEmulate, SeamBroken } from './door.ts';
import { seed } from './seed.ts';

test('the seam into emulate 0.12.2 holds: store, tokens, dispatcher and application are reached', async () => {
  const told: string[] = [];
  const door = await openEmulate({
    baseUrl: 'http://127.0.0.1:1',
    seed: await seed(),
    onDispatch: (event, action) => void told.push(`${event}.${action}`),
  });
  expect(door.find('users', (u) => u.login === 'mona')?.name).toBe('Mona Requester');
  expect(door.tokens.get('tok_mona')?.login).toBe('mona');
  const call = (path: string, body: object) =>
    door.fetch(
      new Request(`http://127.0.0.1:1${path}`, {
        method: 'POST',
        headers: { authorization: 'Bearer tok_root-admin' },
        body: JSON.stringify(body),
      }),
    );
  expect((await call('/orgs/acme/repos', { name: 'app', auto_init: true })).status).toBe(201);
  expect((await call('/repos/acme/app/issues', { title: 'A title' })).status).toBe(201);
  expect(told).toContain('issues.opened');
  expect(door.table('issues').findBy('number', 1)[0]?.title).toBe('A title');
});

test('a changed emulate is named with what to do', () => {
  const message = new SeamBroken('its chunk exports no githubPlugin.register').message;
  expect(message).toContain('emulate changed: its chunk exports no githubPlugin.register');
  expect(message).toContain('test/world/door.ts');
});
