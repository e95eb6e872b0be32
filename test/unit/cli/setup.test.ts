import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { parseEnv } from 'node:util';
import nock from 'nock';
import { afterEach, expect, test, vi } from 'vitest';
import { runCli } from '../../../src/cli/main.ts';
import { folderWith, terminal } from './terminal.ts';

const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIE+/=\nabc\n-----END RSA PRIVATE KEY-----\n';
const conversion = {
  id: 4711,
  slug: 'gantry-acme',
  html_url: 'https://github.com/apps/gantry-acme',
  pem,
  webhook_secret: 'a1b2c3',
  client_id: 'Iv23liABC',
  client_secret: 'd4e5f6',
};
const env = { PUBLIC_URL: 'https://gantry.example.org/', PORT: '0' };

afterEach(() => nock.cleanAll());

/** The set-up as a person runs it, with what they see of it. */
function start(options: { files?: Record<string, string>; args?: string[]; env?: Record<string, string> } = {}) {
  const cwd = folderWith(options.files);
  const screen = terminal({ cwd, env: { ...env, ...options.env } });
  const end = runCli(['setup', '--env-file', '.env', ...(options.args ?? [])], screen.io);
  const address = () =>
    vi.waitFor(() => {
      const found = screen.out
        .map((line) => /http:\/\/127\.0\.0\.1:\S+/.exec(line)?.[0])
        .find((url) => url !== undefined);
      if (found === undefined) throw new Error('not printed yet');
      return found;
    });
  return { ...screen, cwd, end, address, file: path.join(cwd, '.env') };
}

type Answer = { status: number; text: string; cookie: string; headers: Record<string, unknown> };
/** Node's own client: unlike fetch it sends the Host that it is given. */
const get = (url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request(url, { headers, method, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text,
          cookie: response.headers['set-cookie']?.[0]?.split(';')[0] ?? '',
          headers: response.headers,
        }),
      );
    })
      .on('error', reject)
      .end();
  });

const unescaped = (html: string): string => html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

/** What the form would post, and where. */
function formOf({ text }: Answer) {
  const action = unescaped(/action="([^"]*)"/.exec(text)?.[1] ?? '');
  return {
    action: new URL(action),
    manifest: JSON.parse(unescaped(/name="manifest" value="([^"]*)"/.exec(text)?.[1] ?? '')),
  };
}

test('from the printed address over GitHub to a private .env', async () => {
  const github = nock('https://api.github.com').post('/app-manifests/the-code/conversions').reply(201, conversion);
  const setup = start({ files: { '.env': '# mine\nLOG_LEVEL=debug\n' }, args: ['--org', 'acme'] });
  const address = await setup.address();
  const page = await get(address);
  expect(page.headers).toMatchObject({
    'cache-control': 'no-store',
    'content-security-policy': expect.stringContaining('form-action https://github.com;'),
  });
  const { action, manifest } = formOf(page);
  expect(action.origin + action.pathname).toBe('https://github.com/organizations/acme/settings/apps/new');
  expect(manifest).toMatchObject({
    hook_attributes: { url: 'https://gantry.example.org/api/github/webhooks', active: true },
    url: 'https://gantry.example.org',
    public: false,
    redirect_url: `${new URL(address).origin}/callback`,
  });
  const back = `${manifest.redirect_url}?code=the-code&state=${action.searchParams.get('state')}`;
  const done = await get(back, { cookie: page.cookie });
  expect(done).toMatchObject({
    status: 200,
    text: expect.stringContaining('https://github.com/apps/gantry-acme/installations/new'),
  });
  expect(await setup.end).toBe(0);
  expect(github.isDone()).toBe(true);
  const text = readFileSync(setup.file, 'utf8');
  expect(text.startsWith('# mine\nLOG_LEVEL=debug\n')).toBe(true);
  expect(parseEnv(text)).toEqual({
    LOG_LEVEL: 'debug',
    APP_ID: '4711',
    PRIVATE_KEY: pem.trim(),
    WEBHOOK_SECRET: 'a1b2c3',
    GITHUB_CLIENT_ID: 'Iv23liABC',
    GITHUB_CLIENT_SECRET: 'd4e5f6',
  });
  expect(statSync(setup.file).mode & 0o777).toBe(0o600);
  const printed = [...setup.out, ...setup.err].join('\n');
  for (const secret of ['a1b2c3', 'd4e5f6', 'MIIE']) expect(printed + done.text).not.toContain(secret);
});

test('the code works once, and only its browser may come back', async () => {
  const setup = start();
  const address = await setup.address();
  const { origin } = new URL(address);
  expect(await get(`${origin}/`)).toMatchObject({ status: 403 });
  expect(await get(`${origin}/?code=guess`)).toMatchObject({ status: 403 });
  const page = await get(address);
  expect(page.status).toBe(200);
  expect(await get(address)).toMatchObject({ status: 403, text: expect.not.stringContaining('manifest') });
  expect(await get(`${origin}/`, { cookie: page.cookie })).toMatchObject({ status: 200 });
  const { action } = formOf(page);
  const state = action.searchParams.get('state');
  for (const [query, cookie] of [
    [`code=x&state=${state}`, ''],
    [`code=x&state=${state}`, 'gantry_setup=guess'],
    ['code=x&state=guess', page.cookie],
    ['code=x', page.cookie],
    [`code=../../users&state=${state}`, page.cookie],
    [`state=${state}`, page.cookie],
  ] as const)
    expect(await get(`${origin}/callback?${query}`, { cookie })).toMatchObject({ status: 403 });
  expect(existsSync(setup.file)).toBe(false);
  setup.stop();
  expect(await setup.end).toBe(130);
});

test('another Host, as DNS rebinding brings it, and other methods see nothing', async () => {
  const setup = start();
  const address = await setup.address();
  expect(await get(address, { host: 'evil.example' })).toMatchObject({ status: 403 });
  expect(await get(address, {}, 'POST')).toMatchObject({ status: 403 });
  expect(await get(address)).toMatchObject({ status: 200 });
  setup.stop();
  await setup.end;
});

test.each([
  [404, { message: 'Not Found' }, 'GitHub answered 404 to the code'],
  [
    201,
    { id: 1, pem, webhook_secret: null },
    'lacks what Gantry needs (html_url, webhook_secret, client_id, client_secret)',
  ],
  [201, 'no json', 'it is no JSON'],
])('an exchange that fails (%i) writes nothing and ends the set-up', async (status, body, why) => {
  nock('https://api.github.com').post('/app-manifests/c/conversions').reply(status, body);
  const setup = start();
  const page = await get(await setup.address());
  const { action, manifest } = formOf(page);
  const answer = await get(`${manifest.redirect_url}?code=c&state=${action.searchParams.get('state')}`, {
    cookie: page.cookie,
  });
  expect(answer).toMatchObject({ status: 500, text: expect.stringContaining('Nothing was written') });
  expect(await setup.end).toBe(1);
  expect(setup.err.join('\n')).toContain(why);
  expect(setup.err.join('\n')).not.toContain('MIIE');
  expect(existsSync(setup.file)).toBe(false);
});

test('credentials that are there already stop it before anything is registered', async () => {
  const files = { '.env': 'APP_ID=1\nPRIVATE_KEY_PATH=./x.pem\n# WEBHOOK_SECRET=y\n' };
  const setup = start({ files });
  expect(await setup.end).toBe(1);
  expect(setup.err.join('\n')).toContain('already sets APP_ID, PRIVATE_KEY_PATH. Remove them');
  expect(readFileSync(setup.file, 'utf8')).toBe(files['.env']);
});

test.each([
  ['replaced with --force', ['--force'], '', undefined],
  ['kept beside what appeared meanwhile', [], 'APP_ID=9\n', '.env.app-4711'],
])('what GitHub gives once is %s', async (_, args, meanwhile, aside) => {
  nock('https://api.github.com').post('/app-manifests/c/conversions').reply(201, conversion);
  const old = 'A=1\nexport APP_ID=1\nPRIVATE_KEY="-----BEGIN\nx\n-----END"\nPRIVATE_KEY_PATH=x\nB=2\n';
  const setup = start({ args, files: args.length > 0 ? { '.env': old } : {} });
  const page = await get(await setup.address());
  const { action, manifest } = formOf(page);
  if (meanwhile !== '') writeFileSync(setup.file, meanwhile);
  await get(`${manifest.redirect_url}?code=c&state=${action.searchParams.get('state')}`, { cookie: page.cookie });
  expect(await setup.end).toBe(0);
  const saved = path.join(setup.cwd, aside ?? '.env');
  expect(parseEnv(readFileSync(saved, 'utf8'))).toMatchObject({ APP_ID: '4711', PRIVATE_KEY: pem.trim() });
  if (aside === undefined)
    expect(readFileSync(saved, 'utf8')).toMatch(/^A=1\nB=2\n\n# Written by npm run setup\.\nAPP_ID=4711\n/);
  else expect(readFileSync(setup.file, 'utf8')).toBe(meanwhile);
  expect(statSync(saved).mode & 0o777).toBe(0o600);
});

test.each([
  [{ PUBLIC_URL: '' }, 'GitHub needs an address for its webhooks'],
  [
    { PUBLIC_URL: 'http://127.0.0.1:3000' },
    'PUBLIC_URL is "http://127.0.0.1:3000", which GitHub cannot send webhooks to',
  ],
  [{ PORT: 'many' }, 'the port is not a number'],
])('%j is refused', async (given, why) => {
  const setup = start({ env: given });
  expect(await setup.end).toBe(1);
  expect(setup.err.join('\n')).toContain(why);
});

test('a smee channel is the webhook address itself, and GitHub Enterprise Server has its own', async () => {
  const setup = start({
    env: { PUBLIC_URL: '', WEBHOOK_PROXY_URL: 'https://smee.io/abc', GITHUB_API_URL: 'https://ghes.example/api/v3' },
  });
  const { action, manifest } = formOf(await get(await setup.address()));
  expect(manifest.hook_attributes.url).toBe('https://smee.io/abc');
  expect(action.origin + action.pathname).toBe('https://ghes.example/settings/apps/new');
  setup.stop();
  await setup.end;
});
