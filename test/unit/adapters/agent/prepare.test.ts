import { expect, test } from 'vitest';
import { agents } from '../../../../adapters/agent/index.ts';
import { anyOf } from '../../../../src/config/glob.ts';
import { AcpAgent, type AgentName } from '../../../../src/facts/policy.ts';

const request = {
  installation: { version: '1', root: '/opt/agent', readOnly: ['/opt/agent', '/opt/node/bin/node'] },
  workspace: '/workspace',
  model: 'the-model',
  prompt: '--dangerous $(id)\n/quit',
};

/** `acp` starts what the policy names, and says so itself: acp.test.ts. */
const own = Object.values(agents).filter(({ name }) => name !== 'acp');

const inside = { home: '/home/agent', modelUrl: 'http://127.0.0.1:4000' };

test.each(own)('$name: the prompt goes in by standard input only', (adapter) => {
  const launch = adapter.prepare(request);
  expect(launch.stdin).toBe(request.prompt);
  const { stdin: _stdin, ...rest } = launch;
  expect(JSON.stringify(rest)).not.toContain('dangerous $(id)');
});

test.each(own)('$name: starts an absolute program, asks the given model at the given address', (adapter) => {
  const { command, env } = adapter.prepare(request);
  expect(command[0]).toMatch(/^\//);
  expect(command.join(' ')).toContain('the-model');
  expect(Object.values(env(inside)).join(' ')).toContain('http://127.0.0.1:4000');
});

test.each(own)('$name: writes below its home only', (adapter) => {
  const { env, files } = adapter.prepare(request);
  expect(env(inside).HOME).toBe('/home/agent');
  for (const path of Object.keys(files)) expect(path).not.toMatch(/^\/|\.\./);
});

test.each<[AgentName, string[]]>([
  ['codex', ['AGENTS.md', 'src/AGENTS.md', '.codex/config.toml', '.codex/hooks.json', '.agents/skills/a/SKILL.md']],
  ['claude_code', ['CLAUDE.md', 'src/CLAUDE.md', '.claude/settings.json', '.claude/agents/a.md', '.mcp.json']],
  ['gemini_cli', ['GEMINI.md', '.gemini/settings.json', '.gemini/.env']],
  ['openhands', ['AGENTS.md', '.openhands/setup.sh', '.openhands_instructions']],
  ['acp', ['CLAUDE.md', 'AGENTS.md', 'GEMINI.md', '.cursor/rules/a.mdc', '.codex/config.toml', '.mcp.json']],
])('%s: what steers it is the base’s, the work is not', (name, paths) => {
  const { steeredBy } = agents[name].describe(
    name === 'acp' ? { name, model: 'm', acp: AcpAgent.parse({ command: ['a'], protocol: 'gemini' }) } : undefined,
  );
  const steers = anyOf(steeredBy);
  expect(paths.filter((path) => !steers(path))).toEqual([]);
  expect(['src/a.ts', 'README.md', 'docs/claude.html', 'package.json'].filter(steers)).toEqual([]);
});

test.each(own)('$name: the same request gives the same launch', (adapter) => {
  const [first, second] = [adapter.prepare(request), adapter.prepare(request)];
  expect({ ...first, env: first.env(inside) }).toEqual({ ...second, env: second.env(inside) });
});
