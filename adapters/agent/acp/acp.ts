// Any agent that speaks the Agent Client Protocol, by the command line that the policy names. Our client runs in the box beside it.
import { realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Bug } from '../../../src/errors.ts';
import type { AcpAgent } from '../../../src/facts/policy.ts';
import type { AgentAdapter, AgentChoice, Capabilities, Installation, Launch, LaunchRequest } from '../contract.ts';
import { findLocked, installLocked } from '../install.ts';
import { silenceIsRefusal } from '../outcome.ts';
import type { Order, Settings } from './driver.ts';
import { parseAcp } from './parse.ts';

/** Of the protocol's library. */
const VERSION = '2.4.0';

export const acp: AgentAdapter = {
  name: 'acp',
  describe,
  installed,
  install,
  prepare,
  parse: parseAcp,
  // Of three agents two end a refused turn like any other (measured).
  classify: silenceIsRefusal,
};

const namedIn = (agent: AgentChoice | undefined): { named: AcpAgent; model: string } => {
  if (!agent?.acp || agent.model === undefined)
    throw new Bug('The policy was read without `acp` and `model`, which the agent `acp` cannot do without.');
  return { named: agent.acp, model: agent.model };
};

/** Which agent it is, is not known: what any known one reads. */
const anyAgents = [
  '**/{AGENTS,AGENTS.override,CLAUDE,CLAUDE.local,GEMINI,QWEN,CONVENTIONS}.md',
  '**/{.agents,.claude,.codex,.gemini,.openhands,.cursor,.windsurf,.clinerules,.continue,.goose,.qwen,.opencode}/**',
  '**/{.mcp.json,opencode.json,.cursorrules,.windsurfrules,.clinerules,.goosehints,.aider.conf.yml}',
  '.github/{copilot-instructions.md,instructions/**,prompts/**}',
];

function describe(agent?: AgentChoice): Capabilities {
  const { named, model } = namedIn(agent);
  return {
    protocol: named.protocol,
    defaultModel: model,
    sideModels: [],
    resume: named.keeps.length > 0 ? named.keeps : null,
    steeredBy: anyAgents,
    steer: true,
    // It tells what it wants to tell.
    reportsEveryCommand: false,
    reportsOutput: false,
    reportsUsage: false,
  };
}

const LOCKED = { name: 'acp', source: import.meta.dirname };

/** Beside the library: what the operator installed for the policy's command line, `<agents directory>/acp`. */
async function at(root: string, directory: string): Promise<Installation> {
  const programs = join(directory, 'acp');
  const there = await stat(programs).then(
    (found) => found.isDirectory(),
    // Then the command line names a program of the machine.
    () => false,
  );
  const node = await realpath(process.execPath);
  return {
    version: VERSION,
    root,
    readOnly: [root, node, import.meta.dirname, ...(there ? [await realpath(programs)] : [])],
  };
}

async function installed(directory: string): Promise<Installation | null> {
  const root = await findLocked(LOCKED, directory);
  return root === null ? null : at(root, directory);
}

async function install(directory: string): Promise<Installation> {
  return at(await installLocked(LOCKED, directory), directory);
}

/** Beside this file, with its extension: `.ts` in the source, `.js` once built. */
const DRIVER = join(import.meta.dirname, `driver${extname(import.meta.filename)}`);

/** The operator's programs lead, as they do where a person calls them. */
const WITH_PROGRAMS = 'PATH="$0:$PATH" exec "$@"';

function prepare({ installation, workspace, agent, prompt, resume }: LaunchRequest): Launch {
  const { named, model } = namedIn(agent);
  const [, node = process.execPath, , programs] = installation.readOnly;
  const settings: Settings = {
    cwd: workspace,
    // Its home and its private temporary folder are known inside only.
    roots: [workspace],
    ...(named.authenticate !== undefined && { authenticate: named.authenticate }),
    command: named.command.map((word) => word.replaceAll('{model}', model)),
  };
  const task: Order = { prompt, ...(resume !== undefined && { resume }) };
  const order = (one: Order) => `${JSON.stringify(one)}\n`;
  return {
    command: [
      ...[
        '/bin/sh',
        '-c',
        WITH_PROGRAMS,
        programs === undefined ? '/usr/bin' : `${programs}/node_modules/.bin:${programs}/bin`,
      ],
      node,
      DRIVER,
      join(installation.root, 'node_modules/@agentclientprotocol/sdk/dist/v1/stable/acp.js'),
      JSON.stringify(settings),
    ],
    env: ({ home, modelUrl }) => ({
      HOME: home,
      ...Object.fromEntries(
        Object.entries(named.env).map(([name, value]) => [
          name,
          value.replaceAll('{url}', modelUrl).replaceAll('{model}', model).replaceAll('{home}', home),
        ]),
      ),
    }),
    files: named.files,
    stdin: order(task),
    control: { cancel: order({ cancel: true }), steer: (text) => order({ steer: text }) },
  };
}
