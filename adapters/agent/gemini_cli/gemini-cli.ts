// The gemini CLI: headless, JSON events, in a folder that it is told not to trust.

import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentAdapter, Installation, Launch, LaunchRequest } from '../contract.ts';
import { findLocked, installLocked } from '../install.ts';
import { classifyGemini } from './classify.ts';
import { parseGemini } from './parse.ts';

const VERSION = '0.61.0';

/**
 * A trusted folder's own settings outrank these and may start hooks, tools and MCP servers, so the folder is not trusted:
 * the environment says so, and the check that would then refuse to run headless is switched off here.
 */
const SETTINGS = {
  security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false, maxAttempts: 2, retryFetchErrors: false },
  privacy: { usageStatisticsEnabled: false },
  telemetry: { enabled: false },
  hooksConfig: { enabled: false },
  advanced: { ignoreLocalEnv: true },
  // The folder's own agents would be loaded without trust.
  experimental: { enableAgents: false },
};

/** In a folder without trust every tool asks first. These rules answer; provider-hosted tools are not offered at all. */
const POLICY = `[[rule]]
toolName = "*"
decision = "allow"
allowRedirection = true
priority = 500

[[rule]]
toolName = ["google_web_search", "web_fetch", "ask_user"]
decision = "deny"
priority = 900
`;

export const geminiCli: AgentAdapter = {
  name: 'gemini_cli',
  describe: () => ({
    protocol: 'gemini',
    defaultModel: 'gemini-2.5-pro',
    sideModels: ['gemini-2.5-flash', 'gemini-2.5-flash-lite'],
    // Below a name that it makes of the workspace's last part.
    resume: ['.gemini/tmp/*/chats'],
    steeredBy: ['**/{GEMINI,AGENTS}.md', '**/.gemini/**', '**/.geminiignore'],
    steer: false,
    reportsEveryCommand: true,
    reportsOutput: true,
    reportsUsage: true,
  }),
  installed,
  install,
  prepare,
  parse: parseGemini,
  classify: classifyGemini,
};

const LOCKED = { name: 'gemini_cli', source: import.meta.dirname };

const at = async (root: string): Promise<Installation> => ({
  version: VERSION,
  root,
  readOnly: [root, await realpath(process.execPath)],
});

async function installed(directory: string): Promise<Installation | null> {
  const root = await findLocked(LOCKED, directory);
  return root === null ? null : at(root);
}

async function install(directory: string): Promise<Installation> {
  return at(await installLocked(LOCKED, directory));
}

/**
 * It ends without waiting for what it has written: into a pipe, its last lines are lost behind a long one (seen with 3 MB).
 * What it writes to a file is there at once, so it writes to one, and that is followed until it has ended.
 */
const THROUGH_A_FILE =
  'exec 3<&0; : > "$TMPDIR/events"; "$@" <&3 > "$TMPDIR/events" & tail --pid=$! -s 0.1 -n +1 -f "$TMPDIR/events"; wait $!';

function prepare({ installation, model, prompt, resume }: LaunchRequest): Launch {
  const [, node = process.execPath] = installation.readOnly;
  return {
    command: [
      ...['/bin/sh', '-c', THROUGH_A_FILE, 'gemini'],
      node,
      join(installation.root, 'node_modules/@google/gemini-cli/bundle/gemini.js'),
      '--approval-mode=default',
      '--output-format=stream-json',
      `--model=${model}`,
      '--allowed-mcp-server-names=__none__',
      '--extensions=none',
      ...(resume === undefined ? [] : [`--resume=${resume}`]),
    ],
    env: ({ home, modelUrl }) => ({
      HOME: home,
      GEMINI_CLI_HOME: home,
      GOOGLE_GEMINI_BASE_URL: modelUrl,
      GEMINI_API_KEY: 'held-by-the-gateway',
      GEMINI_CLI_TRUST_WORKSPACE: 'false',
      // One process: with its own supervisor it survives SIGTERM.
      GEMINI_CLI_NO_RELAUNCH: 'true',
    }),
    files: { '.gemini/settings.json': JSON.stringify(SETTINGS), '.gemini/policies/gantry.toml': POLICY },
    stdin: prompt,
  };
}
