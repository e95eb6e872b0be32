// Who may read (trust.md 10): every route, every way in, every way that is none.
import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSite, type Site, tokens } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  expect(site.errors).toEqual([]);
  await site.close();
});

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const paths = [
  '/',
  '/tickets/7/1',
  '/pulls/7/1',
  `/artifacts/${'a'.repeat(64)}`,
  '/metrics',
  '/metrics/x',
  '/nothing',
  '/api/v1/tickets',
  '/api/v1/tickets/7/1',
  '/api/v1/tickets/7/1/facts',
  '/api/v1/pulls/7/1/facts',
  '/api/v1/pulls/7/1/report',
  `/api/v1/artifacts/${'a'.repeat(64)}`,
  `/api/v1/artifacts/${'a'.repeat(64)}/content`,
  '/api/v1/runs/x',
  '/api/v1/runs/x/evidence',
  '/api/v1/deliveries/x',
  '/api/v1/deliveries',
  '/api/v1/events',
  '/api/v1/runs',
  '/api/v1/leases',
  '/api/v1/controls',
  '/api/v1/audit',
  '/api/v1/dead-letters',
  '/api/v1/dead-letters/1',
  '/api/v1/openapi.json',
  '/api/v1/nothing',
];

test('the list of paths covers every route but the sign-in', () => {
  const routes = new Set(
    site.app.routes
      .filter(({ method, path }) => method === 'GET' && !path.startsWith('/sign-in'))
      .map(({ path }) => path),
  );
  const shape = (route: string) => new RegExp(`^${route.replace(/:[^/{]+(\{[^}]*\})?/g, '[^/]+')}$`);
  expect(routes.size).toBeGreaterThanOrEqual(12);
  for (const route of routes)
    expect(
      paths.some((path) => shape(route).test(path)),
      route,
    ).toBe(true);
});

test('nobody reads without a token that may', async () => {
  for (const path of paths) {
    expect((await site.ask(path)).status, path).toBe(401);
    expect((await site.ask(path, bearer('wrong'))).status, path).toBe(401);
    expect((await site.ask(path, bearer('a-reading-toke'))).status, path).toBe(401);
    expect((await site.ask(path, { headers: { authorization: 'Basic YS1yZWFkaW5nLXRva2Vu' } })).status, path).toBe(401);
    expect((await site.ask(path, bearer('an-ops-token'))).status, path).toBe(403);
    expect((await site.ask(`${path}?token=a-reading-token&access_token=a-reading-token`)).status, path).toBe(401);
    // Bytes need a scope beside reading: artifact-content.test.ts.
    expect(path.endsWith('/content') ? [403] : [200, 404], path).toContain((await site.read(path)).status);
  }
});

test('a refusal names nothing that was sent and says how to get in', async () => {
  const answer = await site.ask('/api/v1/tickets', bearer('some-secret-guess'));
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  const text = await answer.text();
  expect(text).toContain('API_TOKENS');
  expect(text).not.toContain('some-secret-guess');
});

test('a session opens with a token, reads, and holds no token', async () => {
  const { answer, cookie } = await site.signIn('a-reading-token');
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe('/?state=all');
  const set = answer.headers.get('set-cookie') ?? '';
  expect(set).toMatch(/^gantry=/);
  expect(set).toMatch(/HttpOnly/);
  expect(set).toMatch(/SameSite=Strict/);
  expect(set).toMatch(/Path=\//);
  expect(set).not.toContain('a-reading-token');
  for (const path of ['/', '/api/v1/tickets', '/metrics'])
    expect((await site.ask(path, { headers: { cookie } })).status, path).toBe(200);
  const forged = cookie.replace(/\d+\./, (expires) => `${Number.parseInt(expires, 10) + 9_999}.`);
  for (const bad of [forged, `${cookie}x`, 'gantry=a-reading-token', 'gantry='])
    expect((await site.ask('/', { headers: { cookie: bad } })).status, bad).toBe(401);
  expect((await site.ask('/', { headers: { cookie, authorization: 'Bearer wrong' } })).status).toBe(401);
});

test('a session survives a restart, and ends with its token', async () => {
  const { cookie } = await site.signIn('a-reading-token');
  const again = await openSite(tokens, site.journal);
  expect((await again.ask('/', { headers: { cookie } })).status).toBe(200);
  await again.close();
  const rotated = await openSite([{ name: 'token-1', scopes: ['read'], token: 'another-token' }], site.journal);
  expect((await rotated.ask('/', { headers: { cookie } })).status).toBe(401);
  expect((await rotated.read('/')).status).toBe(401);
  await rotated.close();
});

test('signing in with a wrong token or one that may not read opens nothing', async () => {
  for (const [token, status] of [
    ['wrong', 401],
    ['', 401],
    ['an-ops-token', 403],
  ] as const) {
    const { answer } = await site.signIn(token);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('set-cookie')).toBeNull();
  }
});

test('forms sent by other sites are refused, and signing in leads to this site only', async () => {
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ];
  for (const headers of foreign) {
    expect((await site.signIn('a-reading-token', headers)).answer.status).toBe(403);
    expect((await site.ask('/sign-out', { method: 'POST', headers })).status).toBe(403);
  }
  for (const to of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/\n/evil.example',
    '',
  ]) {
    const answer = await site.ask('/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ token: 'a-reading-token', to }),
    });
    expect(answer.headers.get('location'), to).toBe('/');
  }
});

test('signing out takes the session away', async () => {
  const { cookie } = await site.signIn('a-reading-token');
  const answer = await site.ask('/sign-out', { method: 'POST', headers: { cookie } });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('set-cookie')).toMatch(/^gantry=;.*Max-Age=0/);
});

test('over https the cookie is secure and bound to its host', async () => {
  const secure = await openSite(tokens, site.journal, { publicUrl: 'https://gantry.example' });
  const { answer } = await secure.signIn('a-reading-token');
  expect(answer.headers.get('set-cookie')).toMatch(/^__Host-gantry=.*Secure/);
  await secure.close();
});

/** As a browser sends it: fetch sets sec-fetch-mode itself. */
const navigate = (path: string, from: 'cross-site' | 'same-origin') =>
  new Promise<{ status: number | undefined; html: string }>((resolve, reject) => {
    const headers = { 'sec-fetch-site': from, 'sec-fetch-mode': 'navigate' };
    const request = http.get(site.url + path, { headers }, (answer) => {
      let html = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        html += part;
      });
      answer.on('end', () => resolve({ status: answer.statusCode, html }));
    });
    request.on('error', reject);
  });

test('a link on another site comes again by itself, so that a strict session is sent along', async () => {
  const { status, html } = await navigate('/tickets/7/1?x="><script>', 'cross-site');
  expect(status).toBe(200);
  expect(html).toContain('http-equiv="refresh" content="0; url=/tickets/7/1?x=');
  expect(html).not.toContain('<script>');
  expect((await navigate('/tickets/7/1', 'same-origin')).status).toBe(401);
  expect((await navigate('/api/v1/tickets', 'cross-site')).status).toBe(401);
});

test('a sign-in link works once', async () => {
  const path = site.links.make().slice(site.url.length);
  const answer = await site.ask(path);
  expect(answer.status).toBe(303);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  expect((await site.ask('/', { headers: { cookie } })).status).toBe(200);
  expect((await site.ask(path)).status).toBe(403);
  expect((await site.ask('/sign-in/made-up')).status).toBe(403);
});

test('without API_TOKENS nobody reads, and the page names the variable', async () => {
  const closed = await openSite([], site.journal);
  for (const path of paths) {
    const answer = await closed.ask(path, bearer('a-reading-token'));
    expect(answer.status, path).toBe(403);
    expect(await answer.text()).toContain('API_TOKENS');
  }
  expect((await closed.signIn('')).answer.status).toBe(403);
  expect((await closed.ask(closed.links.make().slice(closed.url.length))).status).toBe(403);
  await closed.close();
});
