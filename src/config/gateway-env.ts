// What `gantry gateway` reads: model keys and the database that the app uses. Of the App's credentials it knows nothing.
import { readFileSync } from 'node:fs';
import { explained, invalid, type ReadFile, readModelKeys, type Source } from './env.ts';
import { type ModelKeys, type Variables, Variables as variables } from './env-variables.ts';

export type GatewayEnv = {
  databaseUrl: string;
  modelKeys: ModelKeys;
  logLevel: Variables['LOG_LEVEL'];
  otlpEndpoint?: string | undefined;
};

const GatewayVariables = variables.pick({
  DATABASE_URL: true,
  LOG_LEVEL: true,
  MODEL_KEYS_FILE: true,
  OPENAI_API_KEY: true,
  OPENAI_BASE_URL: true,
  ANTHROPIC_API_KEY: true,
  ANTHROPIC_BASE_URL: true,
  GEMINI_API_KEY: true,
  GEMINI_BASE_URL: true,
  OTEL_EXPORTER_OTLP_ENDPOINT: true,
});
type Name = keyof typeof GatewayVariables.shape;
const names = GatewayVariables.keyof().options;

/** Throws UserFixable `env.invalid`, as readEnv does. */
export function readGatewayEnv(
  environment: Source,
  readFile: ReadFile = (path) => readFileSync(path, 'utf8'),
): GatewayEnv {
  const source: Source = Object.fromEntries(names.map((name) => [name, environment[name]?.trim() || undefined]));
  const parsed = GatewayVariables.safeParse(source);
  if (!parsed.success) {
    throw invalid(
      parsed.error.issues.map(({ path: [key], message }) => explained(key as Name, message, source[String(key)])),
    );
  }
  const { data } = parsed;
  const keys = readModelKeys(data, readFile);
  if ('problem' in keys) throw invalid([keys.problem]);
  const { DATABASE_URL: databaseUrl } = data;
  if (databaseUrl === undefined)
    throw invalid([
      explained('DATABASE_URL', 'is missing: app and gateway are two processes, which needs a server', undefined),
    ]);
  if (Object.values(keys.value).every((one) => one === undefined))
    throw invalid([explained('MODEL_KEYS_FILE', 'or a key of a provider is missing', undefined)]);
  return {
    databaseUrl,
    modelKeys: keys.value,
    logLevel: data.LOG_LEVEL,
    otlpEndpoint: data.OTEL_EXPORTER_OTLP_ENDPOINT,
  };
}
