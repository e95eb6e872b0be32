// Every environment variable: its form, what it is for, and an example. One row each; .env.example is tested against this.
import { z } from 'zod';

/** `what`: what it is and why it is needed. `example`: not a usable secret. `secret`: the value is never shown. */
export const about = z.registry<{ what: string; example: string; secret?: true }>();

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

/** Comes out without a trailing slash. `loopback`: plain http may be used there, for the local world and for tests. */
const httpUrl = (options: { httpFor: 'loopback' | 'anywhere' }) =>
  z.string().transform((text, context) => {
    const url = URL.parse(text);
    const plain = url?.protocol === 'http:' && (options.httpFor === 'anywhere' || isLoopback(url.hostname));
    if (url && (url.protocol === 'https:' || plain) && !url.username && !url.password && !url.hash) {
      return url.href.replace(/\/+$/, '');
    }
    const anywhere = options.httpFor === 'anywhere';
    const message = anywhere ? 'must be an http or https URL' : 'must be an https URL (http only for loopback hosts)';
    context.addIssue({ code: 'custom', message: `${message} without credentials or fragment` });
    return z.NEVER;
  });

const urlOf = (protocols: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => protocols.includes(URL.parse(text)?.protocol ?? ''),
      `must be a URL starting with ${protocols[0]}//`,
    );

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least, `must be at least ${least}`).max(most, `must be at most ${most}`));

const text = z.string();
const https = httpUrl({ httpFor: 'loopback' });
const http = httpUrl({ httpFor: 'anywhere' });

/** What a token of the API may do, one by one. `read` and `artifacts` change nothing; each of the others allows one kind of change. */
export const apiScopes = ['read', 'artifacts', 'pause', 'cancel', 'replay'] as const;
export type ApiScope = (typeof apiScopes)[number];

/** A bearer token of the API. A bare one reads; scopes are named one by one and judged by the API. */
export type ApiToken = { name: string; scopes: string[]; token: string };

const tokenForm = /^(?:([a-z][a-z0-9-]*):([a-z][a-z-]*(?:\+[a-z][a-z-]*)*):)?([A-Za-z0-9._~/=-]+)$/;

const apiTokens = z.string().transform((list, context): ApiToken[] => {
  const tokens = list.split(',').flatMap((entry, index): ApiToken[] => {
    const match = tokenForm.exec(entry.trim());
    if (match)
      return [
        { name: match[1] ?? `token-${index + 1}`, scopes: match[2]?.split('+') ?? ['read'], token: match[3] ?? '' },
      ];
    const message = `must be tokens separated by commas, each bare or name:scope+scope:token; entry ${index + 1} is neither`;
    context.addIssue({ code: 'custom', message });
    return [];
  });
  for (const { name, scopes } of tokens) {
    const unknown = scopes.filter((scope) => !apiScopes.some((known) => known === scope));
    if (unknown.length === 0) continue;
    const message = `gives ${name} the scope ${unknown.join(', ')}, which does not exist; there are ${apiScopes.join(', ')}`;
    context.addIssue({ code: 'custom', message });
  }
  for (const key of ['name', 'token'] as const) {
    if (new Set(tokens.map((entry) => entry[key])).size < tokens.length) {
      context.addIssue({ code: 'custom', message: `must not hold the same ${key} twice` });
    }
  }
  return tokens;
});

const logLevel = z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
  error: ({ input }) => (input === undefined ? undefined : 'must be fatal, error, warn, info, debug, trace or silent'),
});

const row = <T extends z.ZodType>(type: T, example: string, what: string): T => {
  about.add(type, { what, example });
  return type;
};
const secret = <T extends z.ZodType>(type: T, example: string, what: string): T => {
  about.add(type, { what, example, secret: true });
  return type;
};

const modelKey = (provider: string, example: string) =>
  secret(
    text.optional(),
    example,
    `Key for ${provider}'s models, held by the gateway only. MODEL_KEYS_FILE wins over it.`,
  );
const modelUrl = (provider: string, example: string) =>
  row(https.optional(), example, `Where ${provider}'s API is reached, if not at its usual address.`);

export const Variables = z.object({
  APP_ID: row(whole(1, 1e15), '123456', 'The number of the GitHub App, to sign in as it.'),
  PRIVATE_KEY: secret(
    text.optional(),
    '"-----BEGIN RSA PRIVATE KEY-----\\n…"',
    "The App's private key in PEM form; line ends may be written as \\n. This or PRIVATE_KEY_PATH is needed.",
  ),
  PRIVATE_KEY_PATH: row(text.optional(), './gantry.private-key.pem', "File with the App's private key in PEM form."),
  COMMIT_SIGNING_KEY_PATH: row(
    text.optional(),
    '/etc/gantry/signing-key',
    'Absolute path of an OpenSSH private key without passphrase, which signs the commits Gantry pushes. Unset: they are not signed.',
  ),
  WEBHOOK_SECRET: secret(
    text.min(1),
    'a-long-random-text',
    "The App's webhook secret. Without it anybody could forge events, so nothing starts without it.",
  ),
  WEBHOOK_SECRET_PREVIOUS: secret(
    text.optional(),
    'the-one-before',
    'The former webhook secret, still accepted during a rotation.',
  ),
  WEBHOOK_PROXY_URL: row(
    https.optional(),
    'https://smee.io/abc',
    'A smee channel that forwards webhooks to a developer machine.',
  ),
  GITHUB_API_URL: row(
    https.default('https://api.github.com'),
    'https://api.github.com',
    "GitHub's API; https://HOST/api/v3 on GitHub Enterprise Server.",
  ),
  GITHUB_SERVER_URL: row(
    https.optional(),
    'https://github.com',
    'Where git and links point. Unset: derived from GITHUB_API_URL.',
  ),
  GITHUB_OIDC_ISSUER: row(
    https.default('https://token.actions.githubusercontent.com'),
    'https://token.actions.githubusercontent.com',
    'Who signs the identity tokens of workflow runs; runners prove themselves with them.',
  ),
  GITHUB_CLIENT_ID: row(text.optional(), 'Iv1.0123456789abcdef', "The App's client id, for signing in to the pages."),
  GITHUB_CLIENT_SECRET: secret(
    text.optional(),
    'a-client-secret',
    "The App's client secret, for signing in to the pages.",
  ),
  PORT: row(whole(0, 65_535).default(3000), '3000', 'Port to listen on; 0 takes a free one.'),
  HOST: row(text.default('127.0.0.1'), '0.0.0.0', 'Address to listen on. In a container it has to be 0.0.0.0.'),
  PUBLIC_URL: row(
    https.optional(),
    'https://gantry.example.org',
    'Where runners and people reach this server; identity tokens are issued for it. Unset: http://127.0.0.1:PORT.',
  ),
  DATABASE_URL: secret(
    urlOf(['postgres:', 'postgresql:']).optional(),
    'postgres://gantry:password@localhost:5432/gantry',
    'The Postgres server. Unset: an embedded database in DATA_DIR, for one process on one machine.',
  ),
  DATA_DIR: row(text.default('./data'), './data', 'Folder of the embedded database and of stored artifacts.'),
  REDIS_URL: secret(
    urlOf(['redis:', 'rediss:']).optional(),
    'redis://localhost:6379',
    'Shares request throttling between replicas.',
  ),
  API_TOKENS: secret(
    apiTokens.default([]),
    'a-reading-token,ops:read+pause+cancel+replay:another-token',
    'Bearer tokens of the API, separated by commas. A bare one reads. name:scope+scope:token may do what its scopes say: read, artifacts (with read: the bytes of bundles, patches and evidence), pause (stop and resume work), cancel (end runs and tickets), replay (dead letters). The name stands in the audit.',
  ),
  LOG_LEVEL: row(logLevel.default('info'), 'info', 'How much is logged.'),
  MODEL_KEYS_FILE: row(
    text.optional(),
    './model-keys.json',
    'JSON file {"openai": {"key": "…", "baseUrl": "…"}, "anthropic": …, "gemini": …}.',
  ),
  GATEWAY_URL: row(
    http.optional(),
    'http://gateway:3000',
    'Where `gantry gateway` runs, if the model keys are to be in a process of their own. Unset: the gateway is part of this one.',
  ),
  OPENAI_API_KEY: modelKey('OpenAI', 'sk-…'),
  OPENAI_BASE_URL: modelUrl('OpenAI', 'https://api.openai.com/v1'),
  ANTHROPIC_API_KEY: modelKey('Anthropic', 'sk-ant-…'),
  ANTHROPIC_BASE_URL: modelUrl('Anthropic', 'https://api.anthropic.com'),
  GEMINI_API_KEY: modelKey('Google', 'AIza…'),
  GEMINI_BASE_URL: modelUrl('Google', 'https://generativelanguage.googleapis.com'),
  LINEAR_API_URL: row(
    https.default('https://api.linear.app/graphql'),
    'https://api.linear.app/graphql',
    "Linear's GraphQL API.",
  ),
  LINEAR_API_KEY: secret(
    text.optional(),
    'lin_api_…',
    'A Linear API key: mirrors issues. Being assigned needs the client id and secret.',
  ),
  LINEAR_CLIENT_ID: row(text.optional(), '0123456789abcdef', "The Linear application's client id."),
  LINEAR_CLIENT_SECRET: secret(text.optional(), 'a-client-secret', "The Linear application's client secret."),
  LINEAR_WEBHOOK_SECRET: secret(
    text.optional(),
    'a-signing-secret',
    "Signs Linear's webhooks. Unset: they are refused.",
  ),
  HONCHO_URL: row(
    http.optional(),
    'http://localhost:8000',
    'A Honcho server for long-term context. Unset: an embedded store.',
  ),
  HONCHO_API_KEY: secret(text.optional(), 'a-honcho-key', "The Honcho server's key."),
  OTEL_EXPORTER_OTLP_ENDPOINT: row(http.optional(), 'http://localhost:4318', 'Where traces are sent. Unset: nowhere.'),
});
export type Variables = z.infer<typeof Variables>;
export type VariableName = keyof Variables;

export const variableNames: readonly VariableName[] = Variables.keyof().options;

const Provider = z.strictObject({ key: z.string().min(1), baseUrl: https.optional() });
/** The content of MODEL_KEYS_FILE. A provider that is left out is not available to any agent. */
export const ModelKeys = z.strictObject({
  openai: Provider.optional(),
  anthropic: Provider.optional(),
  gemini: Provider.optional(),
});
export type ModelKeys = z.infer<typeof ModelKeys>;
