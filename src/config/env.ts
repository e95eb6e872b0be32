// Reads the environment once, at the start. All problems come back at once, each naming its variable; secrets are not shown.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { UserFixable } from '../errors.ts';
import { type ApiToken, about, ModelKeys, type VariableName, Variables, variableNames } from './env-variables.ts';

export type Source = Record<string, string | undefined>;
export type ReadFile = (path: string) => string;
export type EnvProblem = { name: VariableName; problem: string };

/** URLs have no trailing slash. What is optional and unset is undefined, an empty variable counts as unset. */
export type Env = {
  app: { id: number; privateKey: string };
  /** Path of the key that signs our commits. */
  signingKey?: string | undefined;
  webhook: { secret: string; previousSecret?: string | undefined; proxyUrl?: string | undefined };
  github: {
    apiUrl: string;
    serverUrl: string;
    oidcIssuer: string;
    signIn?: { clientId: string; clientSecret: string } | undefined;
  };
  http: { port: number; host: string; publicUrl: string };
  /** `url` undefined: the embedded database in `dataDir`. */
  database: { url?: string | undefined; dataDir: string };
  redisUrl?: string | undefined;
  apiTokens: ApiToken[];
  logLevel: Variables['LOG_LEVEL'];
  modelKeys: ModelKeys;
  /** Where the gateway runs as a process of its own: then there are no model keys here. */
  gatewayUrl?: string | undefined;
  linear: {
    apiUrl: string;
    apiKey?: string | undefined;
    client?: { id: string; secret: string } | undefined;
    webhookSecret?: string | undefined;
  };
  honcho?: { url: string; apiKey?: string | undefined } | undefined;
  otlpEndpoint?: string | undefined;
};

/** The first means nothing without the second. */
const needs: readonly (readonly [VariableName, VariableName])[] = [
  ['GITHUB_CLIENT_ID', 'GITHUB_CLIENT_SECRET'],
  ['GITHUB_CLIENT_SECRET', 'GITHUB_CLIENT_ID'],
  ['LINEAR_CLIENT_ID', 'LINEAR_CLIENT_SECRET'],
  ['LINEAR_CLIENT_SECRET', 'LINEAR_CLIENT_ID'],
  ['HONCHO_API_KEY', 'HONCHO_URL'],
  ['GATEWAY_URL', 'DATABASE_URL'],
];

export const explained = (name: VariableName, problem: string, value: string | undefined): EnvProblem => {
  const row = about.get(Variables.shape[name]);
  const shown = value === undefined || row?.secret ? '' : ` but is ${JSON.stringify(value.slice(0, 100))}`;
  return { name, problem: `${name} ${problem}${shown}. ${row?.what ?? ''} Example: ${name}=${row?.example ?? ''}` };
};

/** The code of the operating system stands for what went wrong; a file's content never gets into a message. */
const contentOf = (readFile: ReadFile, path: string): { text: string } | { code: string } => {
  try {
    return { text: readFile(path) };
  } catch (error) {
    return { code: error instanceof Error && 'code' in error ? String(error.code) : 'unreadable' };
  }
};

type Read<T> = { value: T } | { problem: EnvProblem };

const isPrivateKey = (pem: string): boolean => {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    // OpenSSL's reason names no variable and helps nobody; the caller says what is expected.
    return false;
  }
};

const readPrivateKey = (source: Source, readFile: ReadFile): Read<string> => {
  const path = source.PRIVATE_KEY_PATH;
  const name = source.PRIVATE_KEY === undefined && path !== undefined ? 'PRIVATE_KEY_PATH' : 'PRIVATE_KEY';
  if (source.PRIVATE_KEY === undefined && path === undefined) {
    return { problem: explained('PRIVATE_KEY', '(or PRIVATE_KEY_PATH) is missing', undefined) };
  }
  const read = source.PRIVATE_KEY !== undefined ? { text: source.PRIVATE_KEY } : contentOf(readFile, path ?? '');
  if ('code' in read) return { problem: explained(name, `must name a readable file (${read.code})`, path) };
  const pem = read.text.replaceAll('\\n', '\n').trim();
  if (isPrivateKey(pem)) return { value: `${pem}\n` };
  return { problem: explained(name, 'must hold an unencrypted RSA private key in PEM form', undefined) };
};

type ModelVariables = Pick<
  Variables,
  | 'MODEL_KEYS_FILE'
  | 'OPENAI_API_KEY'
  | 'OPENAI_BASE_URL'
  | 'ANTHROPIC_API_KEY'
  | 'ANTHROPIC_BASE_URL'
  | 'GEMINI_API_KEY'
  | 'GEMINI_BASE_URL'
>;

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, and that holds keys. Undefined fails the schema.
    return undefined;
  }
};

export const readModelKeys = (values: ModelVariables, readFile: ReadFile): Read<ModelKeys> => {
  const path = values.MODEL_KEYS_FILE;
  if (path === undefined) {
    const provider = (key: string | undefined, baseUrl: string | undefined) =>
      key === undefined ? undefined : { key, baseUrl };
    const openai = provider(values.OPENAI_API_KEY, values.OPENAI_BASE_URL);
    const anthropic = provider(values.ANTHROPIC_API_KEY, values.ANTHROPIC_BASE_URL);
    const gemini = provider(values.GEMINI_API_KEY, values.GEMINI_BASE_URL);
    return { value: { openai, anthropic, gemini } };
  }
  const read = contentOf(readFile, path);
  if ('code' in read)
    return { problem: explained('MODEL_KEYS_FILE', `must name a readable file (${read.code})`, path) };
  const keys = ModelKeys.safeParse(parsedJson(read.text));
  if (keys.success) return { value: keys.data };
  const [issue] = keys.error.issues;
  const where = issue && issue.path.length > 0 ? ` (at ${issue.path.join('.')})` : '';
  return { problem: explained('MODEL_KEYS_FILE', `must name a JSON file of that form${where}`, path) };
};

/** GitHub Enterprise Server has its API under the host that also serves git; github.com has a host of its own for it. */
const serverUrlFor = (apiUrl: string): string =>
  apiUrl === 'https://api.github.com' ? 'https://github.com' : new URL(apiUrl).origin;

const pair = (first: string | undefined, second: string | undefined): [string, string] | undefined =>
  first !== undefined && second !== undefined ? [first, second] : undefined;

const arranged = (values: Variables, privateKey: string, modelKeys: ModelKeys): Env => {
  const signIn = pair(values.GITHUB_CLIENT_ID, values.GITHUB_CLIENT_SECRET);
  const linear = pair(values.LINEAR_CLIENT_ID, values.LINEAR_CLIENT_SECRET);
  return {
    app: { id: values.APP_ID, privateKey },
    signingKey: values.COMMIT_SIGNING_KEY_PATH,
    webhook: {
      secret: values.WEBHOOK_SECRET,
      previousSecret: values.WEBHOOK_SECRET_PREVIOUS,
      proxyUrl: values.WEBHOOK_PROXY_URL,
    },
    github: {
      apiUrl: values.GITHUB_API_URL,
      serverUrl: values.GITHUB_SERVER_URL ?? serverUrlFor(values.GITHUB_API_URL),
      oidcIssuer: values.GITHUB_OIDC_ISSUER,
      signIn: signIn && { clientId: signIn[0], clientSecret: signIn[1] },
    },
    http: {
      port: values.PORT,
      host: values.HOST,
      publicUrl: values.PUBLIC_URL ?? `http://127.0.0.1:${values.PORT}`,
    },
    database: { url: values.DATABASE_URL, dataDir: values.DATA_DIR },
    redisUrl: values.REDIS_URL,
    apiTokens: values.API_TOKENS,
    logLevel: values.LOG_LEVEL,
    modelKeys,
    gatewayUrl: values.GATEWAY_URL,
    linear: {
      apiUrl: values.LINEAR_API_URL,
      apiKey: values.LINEAR_API_KEY,
      client: linear && { id: linear[0], secret: linear[1] },
      webhookSecret: values.LINEAR_WEBHOOK_SECRET,
    },
    honcho: values.HONCHO_URL === undefined ? undefined : { url: values.HONCHO_URL, apiKey: values.HONCHO_API_KEY },
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
};

export type EnvRead = { status: 'ok'; env: Env } | { status: 'broken'; problems: EnvProblem[] };

/** As `readEnv`, for callers that show the problems themselves (doctor). */
export const checkEnv = (environment: Source, readFile: ReadFile = (path) => readFileSync(path, 'utf8')): EnvRead => {
  const source: Source = Object.fromEntries(
    variableNames.map((name) => [name, environment[name]?.trim() || undefined]),
  );
  const parsed = Variables.safeParse(source);
  const problems = (parsed.error?.issues ?? []).map(({ path: [key], message }) => {
    const name = variableNames.find((known) => known === key) ?? 'APP_ID';
    return explained(name, source[name] === undefined ? 'is missing' : message, source[name]);
  });
  for (const [name, other] of needs) {
    if (source[name] !== undefined && source[other] === undefined) {
      problems.push(explained(other, `is missing, although ${name} is set`, undefined));
    }
  }
  const key = readPrivateKey(source, readFile);
  if ('problem' in key) problems.push(key.problem);
  const models = parsed.success ? readModelKeys(parsed.data, readFile) : undefined;
  if (models && 'problem' in models) problems.push(models.problem);
  if (source.GATEWAY_URL !== undefined && models && 'value' in models && Object.values(models.value).some(Boolean))
    problems.push(
      explained('GATEWAY_URL', 'is set, so the model keys belong to that process and must not be here too', undefined),
    );
  if (parsed.success && 'value' in key && models && 'value' in models && problems.length === 0) {
    return { status: 'ok', env: arranged(parsed.data, key.value, models.value) };
  }
  return { status: 'broken', problems };
};

/** Throws UserFixable `env.invalid` whose data.problems has one line per problem; data.names lists the variables. */
export const readEnv = (environment: Source, readFile?: ReadFile): Env => {
  const read = checkEnv(environment, readFile);
  if (read.status === 'ok') return read.env;
  throw invalid(read.problems);
};

export const invalid = (problems: readonly EnvProblem[]): UserFixable =>
  new UserFixable('env.invalid', {
    names: [...new Set(problems.map(({ name }) => name))].join(', '),
    problems: problems.map(({ problem }) => problem).join('\n'),
  });
