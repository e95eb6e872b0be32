import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkEnv, readEnv } from '../../../src/config/env.ts';
import { variableNames } from '../../../src/config/env-variables.ts';
import { UserFixable } from '../../../src/errors.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
const least = { APP_ID: '42', PRIVATE_KEY: pem, WEBHOOK_SECRET: 's3cret' };

const problemsOf = (source: Record<string, string | undefined>, file?: (path: string) => string): string[] => {
  const read = checkEnv({ ...least, ...source }, file);
  return read.status === 'broken' ? read.problems.map(({ problem }) => problem) : [];
};

test('the least environment has every default', () => {
  const { app, ...env } = readEnv(least);
  expect(app).toEqual({ id: 42, privateKey: pem });
  expect(env).toEqual({
    webhook: { secret: 's3cret' },
    github: {
      apiUrl: 'https://api.github.com',
      serverUrl: 'https://github.com',
      oidcIssuer: 'https://token.actions.githubusercontent.com',
    },
    http: { port: 3000, host: '127.0.0.1', publicUrl: 'http://127.0.0.1:3000' },
    database: { dataDir: './data' },
    apiTokens: [],
    logLevel: 'info',
    modelKeys: {},
    linear: { apiUrl: 'https://api.linear.app/graphql' },
  });
});

test('every variable arrives', () => {
  const env = readEnv({
    ...least,
    WEBHOOK_SECRET_PREVIOUS: 'old',
    WEBHOOK_PROXY_URL: 'https://smee.io/abc',
    GITHUB_API_URL: 'http://127.0.0.1:4000/',
    GITHUB_SERVER_URL: 'http://localhost:4001',
    GITHUB_OIDC_ISSUER: 'http://[::1]:4002/oidc/',
    GITHUB_CLIENT_ID: 'id',
    GITHUB_CLIENT_SECRET: 'secret',
    PORT: '0',
    HOST: '0.0.0.0',
    PUBLIC_URL: 'https://gantry.example.org/',
    DATABASE_URL: 'postgresql://u:p@localhost/db',
    DATA_DIR: '/data',
    REDIS_URL: 'rediss://r:6380',
    API_TOKENS: 'reader, ops:pause+replay:t0ken',
    LOG_LEVEL: 'debug',
    OPENAI_API_KEY: 'sk-1',
    OPENAI_BASE_URL: 'http://127.0.0.1:5000/v1',
    GEMINI_API_KEY: 'g-1',
    LINEAR_API_URL: 'http://localhost:6000/graphql',
    LINEAR_API_KEY: 'lin',
    LINEAR_CLIENT_ID: 'lid',
    LINEAR_CLIENT_SECRET: 'lsecret',
    LINEAR_WEBHOOK_SECRET: 'lhook',
    HONCHO_URL: 'http://honcho.internal:8000',
    HONCHO_API_KEY: 'hk',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318',
  });
  expect(env).toMatchObject({
    webhook: { previousSecret: 'old', proxyUrl: 'https://smee.io/abc' },
    github: {
      apiUrl: 'http://127.0.0.1:4000',
      serverUrl: 'http://localhost:4001',
      oidcIssuer: 'http://[::1]:4002/oidc',
      signIn: { clientId: 'id', clientSecret: 'secret' },
    },
    http: { port: 0, host: '0.0.0.0', publicUrl: 'https://gantry.example.org' },
    database: { url: 'postgresql://u:p@localhost/db', dataDir: '/data' },
    redisUrl: 'rediss://r:6380',
    apiTokens: [
      { name: 'token-1', scopes: ['read'], token: 'reader' },
      { name: 'ops', scopes: ['pause', 'replay'], token: 't0ken' },
    ],
    modelKeys: { openai: { key: 'sk-1', baseUrl: 'http://127.0.0.1:5000/v1' }, gemini: { key: 'g-1' } },
    linear: { apiKey: 'lin', client: { id: 'lid', secret: 'lsecret' }, webhookSecret: 'lhook' },
    honcho: { url: 'http://honcho.internal:8000', apiKey: 'hk' },
    otlpEndpoint: 'http://otel:4318',
  });
});

test('an app that names a gateway of its own refuses to hold model keys, and shows none', () => {
  const gateway = { ...least, GATEWAY_URL: 'http://gateway:3000', DATABASE_URL: 'postgres://db/gantry' };
  expect(readEnv(gateway).gatewayUrl).toBe('http://gateway:3000');
  const read = checkEnv({ ...gateway, OPENAI_API_KEY: 'hunter2' });
  const said = read.status === 'broken' ? read.problems.map(({ problem }) => problem).join() : '';
  expect(said).toContain('the model keys belong to that process');
  expect(said).not.toContain('hunter2');
});

test('an Enterprise Server serves git under the host of its API', () => {
  expect(readEnv({ ...least, GITHUB_API_URL: 'https://ghe.example.org/api/v3' }).github.serverUrl).toBe(
    'https://ghe.example.org',
  );
});

test('everything that is missing or malformed is named at once, and no secret is shown', () => {
  const read = checkEnv({
    APP_ID: 'abc',
    PRIVATE_KEY: 'hunter2',
    PORT: '99999',
    PUBLIC_URL: 'http://gantry.example.org',
    LOG_LEVEL: 'loud',
    DATABASE_URL: 'mysql://u:hunter2@h/d',
    API_TOKENS: 'hunter2 x',
  });
  expect(read.status === 'broken' && read.problems).toMatchInlineSnapshot(`
    [
      {
        "name": "APP_ID",
        "problem": "APP_ID must be a whole number but is "abc". The number of the GitHub App, to sign in as it. Example: APP_ID=123456",
      },
      {
        "name": "WEBHOOK_SECRET",
        "problem": "WEBHOOK_SECRET is missing. The App's webhook secret. Without it anybody could forge events, so nothing starts without it. Example: WEBHOOK_SECRET=a-long-random-text",
      },
      {
        "name": "PORT",
        "problem": "PORT must be at most 65535 but is "99999". Port to listen on; 0 takes a free one. Example: PORT=3000",
      },
      {
        "name": "PUBLIC_URL",
        "problem": "PUBLIC_URL must be an https URL (http only for loopback hosts) without credentials or fragment but is "http://gantry.example.org". Where runners and people reach this server; identity tokens are issued for it. Unset: http://127.0.0.1:PORT. Example: PUBLIC_URL=https://gantry.example.org",
      },
      {
        "name": "DATABASE_URL",
        "problem": "DATABASE_URL must be a URL starting with postgres://. The Postgres server. Unset: an embedded database in DATA_DIR, for one process on one machine. Example: DATABASE_URL=postgres://gantry:password@localhost:5432/gantry",
      },
      {
        "name": "API_TOKENS",
        "problem": "API_TOKENS must be tokens separated by commas, each bare or name:scope+scope:token; entry 1 is neither. Bearer tokens of the API, separated by commas. A bare one reads. name:scope+scope:token may do what its scopes say: read, artifacts (with read: the bytes of bundles, patches and evidence), pause (stop and resume work), cancel (end runs and tickets), replay (dead letters). The name stands in the audit. Example: API_TOKENS=a-reading-token,ops:read+pause+cancel+replay:another-token",
      },
      {
        "name": "LOG_LEVEL",
        "problem": "LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent but is "loud". How much is logged. Example: LOG_LEVEL=info",
      },
      {
        "name": "PRIVATE_KEY",
        "problem": "PRIVATE_KEY must hold an unencrypted RSA private key in PEM form. The App's private key in PEM form; line ends may be written as \\n. This or PRIVATE_KEY_PATH is needed. Example: PRIVATE_KEY="-----BEGIN RSA PRIVATE KEY-----\\n…"",
      },
    ]
  `);
  expect(JSON.stringify(read)).not.toContain('hunter2');
});

test('readEnv throws one UserFixable with all problems', () => {
  const failure = (() => {
    try {
      readEnv({});
    } catch (error) {
      return error;
    }
  })();
  expect(failure).toBeInstanceOf(UserFixable);
  expect(failure).toMatchObject({ messageId: 'env.invalid', data: { names: 'APP_ID, WEBHOOK_SECRET, PRIVATE_KEY' } });
});

describe('refused', () => {
  test.each([
    [{ WEBHOOK_SECRET: '' }, /^WEBHOOK_SECRET is missing\. .*forge/],
    [{ WEBHOOK_SECRET: '   ' }, /^WEBHOOK_SECRET is missing/],
    [{ APP_ID: '0' }, /^APP_ID must be at least 1 but is "0"/],
    [{ PORT: '65536' }, /^PORT must be at most 65535/],
    [{ PORT: '3e3' }, /^PORT must be a whole number/],
    [{ PUBLIC_URL: 'http://example.org' }, /^PUBLIC_URL must be an https URL \(http only for loopback hosts\)/],
    [{ PUBLIC_URL: 'http://127.0.0.1.example.org' }, /^PUBLIC_URL must/],
    [{ PUBLIC_URL: 'http://127.0.0.1@example.org' }, /^PUBLIC_URL must/],
    [{ PUBLIC_URL: 'gantry.example.org' }, /^PUBLIC_URL must/],
    [{ GITHUB_OIDC_ISSUER: 'http://issuer.example.org' }, /^GITHUB_OIDC_ISSUER must/],
    [{ GITHUB_API_URL: 'ftp://example.org' }, /^GITHUB_API_URL must/],
    [{ GITHUB_CLIENT_ID: 'a' }, /^GITHUB_CLIENT_SECRET is missing, although GITHUB_CLIENT_ID is set/],
    [{ LINEAR_CLIENT_SECRET: 'a' }, /^LINEAR_CLIENT_ID is missing, although LINEAR_CLIENT_SECRET is set/],
    [{ HONCHO_API_KEY: 'a' }, /^HONCHO_URL is missing/],
    [{ API_TOKENS: 'a,,b' }, /^API_TOKENS must be tokens .* entry 2 is neither/],
    [{ API_TOKENS: 'ops:pause:' }, /^API_TOKENS must be tokens/],
    [{ API_TOKENS: 'ops:pause+delete:a' }, /^API_TOKENS gives ops the scope delete, which does not exist/],
    [{ API_TOKENS: 'a,a' }, /^API_TOKENS must not hold the same token twice/],
    [{ API_TOKENS: 'ops:read:a,ops:read:b' }, /^API_TOKENS must not hold the same name twice/],
    [{ PRIVATE_KEY: pem.slice(0, 200) }, /^PRIVATE_KEY must hold an unencrypted RSA private key in PEM form/],
    [{ PRIVATE_KEY: undefined }, /^PRIVATE_KEY \(or PRIVATE_KEY_PATH\) is missing/],
    [
      { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: '/nowhere/key.pem' },
      /^PRIVATE_KEY_PATH must name a readable file \(ENOENT\)/,
    ],
    [{ MODEL_KEYS_FILE: '/nowhere/keys.json' }, /^MODEL_KEYS_FILE must name a readable file \(ENOENT\)/],
  ])('%j', (source, expected) => {
    expect(problemsOf(source)).toEqual([expect.stringMatching(expected)]);
  });
});

test('the private key may come with \\n for line ends, or from a file', () => {
  expect(readEnv({ ...least, PRIVATE_KEY: pem.replaceAll('\n', '\\n') }).app.privateKey).toBe(pem);
  const folder = mkdtempSync(join(tmpdir(), 'gantry-env-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'key.pem'), pem);
  expect(readEnv({ ...least, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: join(folder, 'key.pem') }).app.privateKey).toBe(
    pem,
  );
});

describe('MODEL_KEYS_FILE', () => {
  const withFile = (text: string) => ({
    source: { ...least, MODEL_KEYS_FILE: 'keys.json', OPENAI_API_KEY: 'ignored' },
    file: () => text,
  });

  test('wins over the variables', () => {
    const { source, file } = withFile('{"anthropic": {"key": "sk-ant", "baseUrl": "https://proxy.example.org/"}}');
    expect(readEnv(source, file).modelKeys).toEqual({
      anthropic: { key: 'sk-ant', baseUrl: 'https://proxy.example.org' },
    });
  });

  test.each([
    ['{', /of that form\b/],
    ['{"openai": {"key": ""}}', /\(at openai\.key\)/],
    ['{"mistral": {"key": "hunter2"}}', /of that form/],
    ['{"openai": {"key": "hunter2", "baseUrl": "http://example.org"}}', /\(at openai\.baseUrl\)/],
  ])('%s is refused without being shown', (text, expected) => {
    const { source, file } = withFile(text);
    const [problem] = problemsOf(source, file);
    expect(problem).toMatch(expected);
    expect(problem).not.toContain('hunter2');
  });
});

test('.env.example documents every variable and nothing else', () => {
  const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
  const documented = [...example.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name);
  expect(documented.toSorted()).toEqual([...variableNames].toSorted());
});
