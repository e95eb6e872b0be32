// The claude CLI: `claude -p --output-format stream-json` with the API key mode and nothing from the repository's settings.
import { join } from 'node:path';
import { Permanent } from '../../../src/errors.ts';
import type { AgentAdapter, Installation, Launch, LaunchRequest } from '../contract.ts';
import { findLocked, installLocked } from '../install.ts';
import { classifyEnd } from '../outcome.ts';
import { parseClaude } from './parse.ts';

const VERSION = '2.1.329';
const PLATFORMS: readonly string[] = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];

/** Tools that run at the provider, fetch URLs, or outlive the run. The gateway refuses the first kind anyway. */
const OFF = [
  'WebSearch',
  'WebFetch',
  'CronCreate',
  'CronDelete',
  'CronList',
  'ScheduleWakeup',
  'EnterWorktree',
  'ExitWorktree',
];

export const claudeCode: AgentAdapter = {
  name: 'claude_code',
  describe: () => ({
    protocol: 'anthropic-messages',
    defaultModel: 'claude-opus-5-5',
    // Its small model is set to the chosen one below.
    sideModels: [],
    resume: ['.claude/projects'],
    steeredBy: ['**/{CLAUDE,CLAUDE.local,AGENTS}.md', '**/.claude/**', '**/.mcp.json'],
    steer: false,
    reportsEveryCommand: true,
    reportsOutput: true,
    reportsUsage: true,
  }),
  installed,
  install,
  prepare,
  parse: parseClaude,
  classify: classifyEnd,
};

const LOCKED = { name: 'claude_code', source: import.meta.dirname };

const at = (root: string): Installation => ({ version: VERSION, root, readOnly: [root] });

async function installed(directory: string): Promise<Installation | null> {
  const root = await findLocked(LOCKED, directory);
  return root === null ? null : at(root);
}

async function install(directory: string): Promise<Installation> {
  return at(await installLocked(LOCKED, directory));
}

/** The launcher in `.bin` needs its install script, which is not run; the platform package holds the program itself. */
function program(root: string): string {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform))
    throw new Permanent(`Agent claude_code has no program for ${platform}; it runs on ${PLATFORMS.join(', ')}.`);
  return join(root, 'node_modules/@anthropic-ai', `claude-code-${platform}`, 'claude');
}

function prepare({ installation, model, prompt, resume }: LaunchRequest): Launch {
  return {
    command: [
      program(installation.root),
      '--print',
      '--output-format=stream-json',
      '--verbose',
      '--permission-mode=bypassPermissions',
      // The repository's own settings start hooks and MCP servers; only the user's, which we write, are read.
      '--setting-sources=user',
      '--strict-mcp-config',
      '--disable-slash-commands',
      `--disallowedTools=${OFF.join(',')}`,
      `--model=${model}`,
      ...(resume === undefined ? [] : [`--resume=${resume}`]),
    ],
    env: ({ home, modelUrl }) => ({
      HOME: home,
      CLAUDE_CONFIG_DIR: join(home, '.claude'),
      ANTHROPIC_BASE_URL: modelUrl,
      ANTHROPIC_API_KEY: 'held-by-the-gateway',
      ANTHROPIC_SMALL_FAST_MODEL: model,
      ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
      CLAUDE_CODE_SUBAGENT_MODEL: model,
      CLAUDE_CODE_MAX_RETRIES: '2',
      // What the gateway grants at most; the CLI then plans with it instead of being cut.
      CLAUDE_CODE_MAX_OUTPUT_TOKENS: '32000',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_ERROR_REPORTING: '1',
      DISABLE_AUTOUPDATER: '1',
      DO_NOT_TRACK: '1',
      // It refuses to work without questions as root unless it is told that it sits in a box.
      IS_SANDBOX: '1',
    }),
    files: { '.claude/settings.json': JSON.stringify({ disableAllHooks: true, includeCoAuthoredBy: false }) },
    stdin: prompt,
  };
}
