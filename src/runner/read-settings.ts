// Arguments and environment of `gantry run`. Every secret leaves the environment here, before anything else is started.
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type SandboxName, sandboxNames } from '../../adapters/sandbox/contract.ts';
import { UserFixable } from '../errors.ts';
import { isEphemeral } from './ephemeral.ts';
import type { Settings } from './ports.ts';

const usage = `gantry run --run <id> --server <url> [--sandbox ${sandboxNames.join('|')}]`;

type Environment = Record<string, string | undefined>;

/** By name, beside the ones of Actions: what no program that is started from here has to know. */
const secretName = /^(ACTIONS_|GH_|SSH_|GIT_ASKPASS)|TOKEN|SECRET|PASSW|CREDENTIAL|PRIVATE|API_?KEY|_KEY$|_AUTH/i;

const isSandbox = (name: string): name is SandboxName => sandboxNames.some((known) => known === name);

const refuse = (problem: string) => new UserFixable('runner-settings', { problem, usage });

/** Deletes from `env` what it takes and everything that may be a secret. Throws UserFixable with `problem`. */
export function readSettings(args: readonly string[], env: Environment, node: string): Settings {
  const given = parse(args);
  const { run, server, sandbox = env.GANTRY_SANDBOX || 'bubblewrap' } = given;
  if (!run || !server) throw refuse('--run and --server are needed');
  if (!isSandbox(sandbox)) throw refuse(`"${sandbox}" is no sandbox: ${sandboxNames.join(', ')}`);
  const identityUrl = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const identityToken = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  const settings: Settings = {
    run,
    server: serverOf(server),
    identity: identityUrl && identityToken ? { url: identityUrl, token: identityToken } : undefined,
    githubToken: env.GANTRY_GITHUB_TOKEN || undefined,
    registryCredentials: credentialsOf(env.GANTRY_REGISTRY_CREDENTIALS),
    sandbox,
    ephemeral: isEphemeral(process.ppid, env.RUNNER_TEMP),
    agentsDirectory: resolve(
      env.GANTRY_AGENTS_DIR || join(env.RUNNER_TOOL_CACHE || join(homedir(), '.cache'), 'gantry/agents'),
    ),
    ...toolchainsOf(env.GANTRY_TOOLCHAINS, node),
    summaryFile: env.GITHUB_STEP_SUMMARY || undefined,
  };
  for (const name of Object.keys(env)) if (secretName.test(name)) delete env[name];
  return settings;
}

function parse(args: readonly string[]) {
  try {
    const options = { run: { type: 'string' }, server: { type: 'string' }, sandbox: { type: 'string' } } as const;
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    // Only parseArgs is in here: its message says which argument is wrong.
    throw refuse(error instanceof Error ? error.message : String(error));
  }
}

function serverOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.search !== '' || url.hash !== '')
    throw refuse(`--server must be an http(s) address without credentials, query or fragment`);
  return text.replace(/\/+$/, '');
}

const Credentials = z.record(z.string().regex(/^[a-z0-9.-]+$/), z.string().regex(/^[!-~][ -~]*$/));

/** GANTRY_REGISTRY_CREDENTIALS. What is wrong with it is not quoted: the answer goes to the job's log. */
function credentialsOf(given: string | undefined): Settings['registryCredentials'] {
  if (!given) return {};
  try {
    return Credentials.parse(JSON.parse(given));
  } catch {
    throw refuse(
      'GANTRY_REGISTRY_CREDENTIALS must be a JSON object of lower-case host names and values of the header Authorization, like {"npm.example.org":"Bearer …"}',
    );
  }
}

/** GANTRY_TOOLCHAINS: installation folders joined by ":", whose `bin` leads the PATH. Always there: the Node that runs this. */
function toolchainsOf(given: string | undefined, node: string): Pick<Settings, 'toolchains' | 'path'> {
  const folders = (given ?? '').split(':').filter((folder) => folder !== '');
  for (const folder of folders)
    if (!folder.startsWith('/') || folder === '/' || !existsSync(folder))
      throw refuse(`GANTRY_TOOLCHAINS names ${folder}, which is not an existing absolute folder`);
  // The program alone: the folder above it may be somebody's home.
  const program = realpathSync(node);
  const bins = folders.map((folder) => (existsSync(join(folder, 'bin')) ? join(folder, 'bin') : folder));
  return { toolchains: [...folders, program], path: [...bins, dirname(program)] };
}
