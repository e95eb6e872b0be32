// The OpenHands CLI, headless with JSON events. Written from its source and documentation, not verified against the real one.
import { readdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Permanent } from '../../../src/errors.ts';
import type { AgentAdapter, Installation, Launch, LaunchRequest } from '../contract.ts';
import { silenceIsRefusal } from '../outcome.ts';
import { parseOpenHands } from './parse.ts';

export const openhands: AgentAdapter = {
  name: 'openhands',
  describe: () => ({
    protocol: 'anthropic-messages',
    defaultModel: 'claude-opus-5-5',
    sideModels: [],
    // Its stream does not tell the id that `--resume` asks for.
    resume: null,
    steeredBy: [
      '**/{AGENTS,CLAUDE,GEMINI}.md',
      '**/.openhands/**',
      '**/.openhands_instructions',
      '**/.agents/**',
      '**/.cursorrules',
    ],
    steer: false,
    reportsEveryCommand: true,
    reportsOutput: true,
    reportsUsage: false,
  }),
  installed,
  install,
  prepare,
  parse: parseOpenHands,
  classify: silenceIsRefusal,
};

/** A Python program, so npm cannot bring it: the runner's image does, as a virtual environment. */
async function installed(directory: string): Promise<Installation | null> {
  const root = await found(join(directory, 'openhands'));
  if (root === null || (await found(join(root, 'bin/openhands'))) === null) return null;
  const python = await found(join(root, 'bin/python'));
  return {
    version: await versionIn(root),
    root,
    // A virtual environment's interpreter lies in another installation, with its library.
    readOnly: python === null ? [root] : [root, dirname(dirname(python))],
  };
}

async function install(directory: string): Promise<Installation> {
  const installation = await installed(directory);
  if (installation) return installation;
  throw new Permanent(
    `Agent openhands is not installed: there is no ${join(directory, 'openhands/bin/openhands')}. Put it into the runner's image: \`uv venv --python 3.12 ${join(directory, 'openhands')}\`, then \`uv pip install --python ${join(directory, 'openhands')} openhands==1.16.0\`.`,
  );
}

/** Null for a path that is not there. */
const found = (path: string): Promise<string | null> =>
  realpath(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  });

/** As pip has noted it; `unknown` where it has not. */
async function versionIn(root: string): Promise<string> {
  const lib = await readdir(root, { withFileTypes: true, recursive: false });
  if (!lib.some(({ name }) => name === 'lib')) return 'unknown';
  for (const python of await readdir(join(root, 'lib'))) {
    const packages = join(root, 'lib', python, 'site-packages');
    if ((await found(packages)) === null) continue;
    for (const name of await readdir(packages)) {
      const version = /^openhands-(\d[\w.]*)\.dist-info$/.exec(name)?.[1];
      if (version !== undefined) return version;
    }
  }
  return 'unknown';
}

/** The task is read from a file only, and the model's name must not be an option of the shell. */
const WITH_TASK = 'LLM_MODEL="$1"; export LLM_MODEL; shift; cat > "$HOME/task.md" && exec "$@" --file "$HOME/task.md"';

function prepare({ installation, workspace, model, prompt }: LaunchRequest): Launch {
  const program = join(installation.root, 'bin/openhands');
  return {
    command: [
      ...['/bin/sh', '-c', WITH_TASK, 'openhands', `anthropic/${model}`],
      // Without the last option the settings in its home win over the environment.
      ...[program, '--headless', '--json', '--override-with-envs'],
    ],
    env: ({ home, modelUrl }) => ({
      HOME: home,
      LLM_API_KEY: 'held-by-the-gateway',
      LLM_BASE_URL: modelUrl,
      OPENHANDS_PERSISTENCE_DIR: join(home, '.openhands'),
      OPENHANDS_WORK_DIR: workspace,
    }),
    files: {},
    stdin: prompt,
  };
}
