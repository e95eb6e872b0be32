// The codex CLI: `codex exec --json` against a model provider of our own.
import { join } from 'node:path';
import { Permanent } from '../../../src/errors.ts';
import type { AgentAdapter, Installation, Launch, LaunchRequest } from '../contract.ts';
import { findLocked, installLocked } from '../install.ts';
import { silenceIsRefusal } from '../outcome.ts';
import { parseCodex } from './parse.ts';

const VERSION = '0.169.0';

/** Platform packages are named by Node's platform and arch, the directory inside by the compiler's target. */
const TARGETS: Readonly<Record<string, string>> = {
  'linux-x64': 'x86_64-unknown-linux-musl',
  'linux-arm64': 'aarch64-unknown-linux-musl',
  'darwin-x64': 'x86_64-apple-darwin',
  'darwin-arm64': 'aarch64-apple-darwin',
};

/** What a run must not do: call home, load code from elsewhere, ask provider-hosted tools, write outside its home. */
const OFF = [
  'analytics.enabled=false',
  'check_for_update_on_startup=false',
  'web_search="disabled"',
  ...[
    'plugins',
    'apps',
    'hooks',
    'multi_agent',
    'image_generation',
    'browser_use',
    'computer_use',
    'enable_request_compression',
    'goals',
  ].map((feature) => `features.${feature}=false`),
];

export const codex: AgentAdapter = {
  name: 'codex',
  describe: () => ({
    protocol: 'openai-responses',
    defaultModel: 'gpt-5.5',
    sideModels: [],
    resume: ['.codex/sessions'],
    steeredBy: ['**/AGENTS.md', '**/AGENTS.override.md', '**/.codex/**', '**/.agents/**'],
    steer: false,
    // Commands that its own sandbox stops have no event; inside our box that sandbox is off, but a crash loses them too.
    reportsEveryCommand: false,
    reportsOutput: true,
    reportsUsage: true,
  }),
  installed,
  install,
  prepare,
  parse: parseCodex,
  classify: silenceIsRefusal,
};

const LOCKED = { name: 'codex', source: import.meta.dirname };

const at = (root: string): Installation => ({ version: VERSION, root, readOnly: [root] });

async function installed(directory: string): Promise<Installation | null> {
  const root = await findLocked(LOCKED, directory);
  return root === null ? null : at(root);
}

async function install(directory: string): Promise<Installation> {
  return at(await installLocked(LOCKED, directory));
}

function program(root: string): string {
  const platform = `${process.platform}-${process.arch}`;
  const target = TARGETS[platform];
  if (target === undefined)
    throw new Permanent(`Agent codex has no program for ${platform}; it runs on ${Object.keys(TARGETS).join(', ')}.`);
  return join(root, 'node_modules/@openai', `codex-${platform}`, 'vendor', target, 'bin/codex');
}

/** Options on the command line win over every configuration file, also over one in the repository. */
const SETTINGS = [
  'model_provider="gantry"',
  'model_providers.gantry.name="gantry"',
  'model_providers.gantry.wire_api="responses"',
  'model_providers.gantry.env_key="GANTRY_MODEL_KEY"',
  // They multiply: two and two were nine requests for one answer of 500.
  'model_providers.gantry.request_max_retries=0',
  'model_providers.gantry.stream_max_retries=2',
  'model_providers.gantry.stream_idle_timeout_ms=300000',
  ...OFF,
];

/** codex takes its address from settings only, and the address is known only inside: the shell puts it in. */
const withAddress = (then: string) =>
  `exec "$@" -c "model_providers.gantry.base_url=\\"$GANTRY_MODEL_URL/v1\\"" ${then}`;

function prepare({ installation, workspace, model, prompt, resume }: LaunchRequest): Launch {
  const codexCommand = [
    program(installation.root),
    'exec',
    '--json',
    '--skip-git-repo-check',
    // The box is the sandbox; codex's own one cannot start inside it and would hide the commands it stops.
    '--dangerously-bypass-approvals-and-sandbox',
    `--cd=${workspace}`,
    `--model=${model}`,
    ...SETTINGS.flatMap((setting) => ['-c', setting]),
  ];
  return {
    command:
      resume === undefined
        ? ['/bin/sh', '-c', withAddress('-'), 'codex', ...codexCommand]
        : ['/bin/sh', '-c', withAddress('resume "$0" -'), resume, ...codexCommand],
    env: ({ home, modelUrl }) => ({
      HOME: home,
      CODEX_HOME: join(home, '.codex'),
      GANTRY_MODEL_URL: modelUrl,
      GANTRY_MODEL_KEY: 'held-by-the-gateway',
    }),
    // The directory must exist before the first start.
    files: { '.codex/config.toml': '' },
    stdin: prompt,
  };
}
