// An agent without a CLI: a few lines of Node that ask the model, run the one command it names, and speak codex's events.
// It stands in codex's place where a test is not about the agent: starting it takes a tenth of a second.
import { realpathSync } from 'node:fs';
import { parseCodex } from '../../adapters/agent/codex/parse.ts';
import type { AgentAdapter, Installation } from '../../adapters/agent/contract.ts';
import { silenceIsRefusal } from '../../adapters/agent/outcome.ts';
import type { AgentName } from '../../src/facts/policy.ts';

const installation: Installation = { version: '0.0.0', root: '/usr', readOnly: [] };

/** Runs inside the box, where nothing of this repository is. */
const program = `
const { spawnSync } = require('node:child_process');
const say = (event) => process.stdout.write(JSON.stringify(event) + '\\n');
const usage = { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0 };
async function ask(input) {
  const response = await fetch(process.env.MODEL_URL + '/v1/responses', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: process.env.MODEL,
      input,
      max_output_tokens: 1000,
      tools: [{ type: 'function', name: 'shell_command', parameters: { type: 'object', properties: {} } }],
    }),
  });
  if (!response.ok) throw new Error('the model answered ' + response.status);
  const answer = await response.json();
  usage.input_tokens += answer.usage?.input_tokens ?? 0;
  usage.output_tokens += answer.usage?.output_tokens ?? 0;
  return answer.output[0];
}
async function main() {
  const fs = require('node:fs');
  const session = process.argv[1] ?? 'fake-' + process.pid;
  const kept = process.env.HOME + '/.fake/sessions/' + session + '.json';
  const input = process.argv[1] ? JSON.parse(fs.readFileSync(kept, 'utf8')) : [];
  input.push({ type: 'message', role: 'user', content: [{ type: 'input_text', text: fs.readFileSync(0, 'utf8') }] });
  const keep = () => {
    fs.mkdirSync(process.env.HOME + '/.fake/sessions', { recursive: true });
    fs.writeFileSync(kept, JSON.stringify(input));
  };
  say({ type: 'thread.started', thread_id: session });
  for (;;) {
    keep();
    const item = await ask(input);
    if (item.type !== 'function_call') {
      input.push(item);
      keep();
      const text = (item.content ?? []).map((part) => part.text ?? '').join('');
      if (text !== '') say({ type: 'item.completed', item: { id: 'said', type: 'agent_message', text } });
      say({ type: 'turn.completed', usage });
      return;
    }
    const { command } = JSON.parse(item.arguments);
    const script = Array.isArray(command) ? command.at(-1) : command;
    const work = { id: item.call_id, type: 'command_execution', command: script };
    say({ type: 'item.started', item: work });
    const ended = spawnSync('/bin/sh', ['-c', script], { encoding: 'utf8' });
    const output = ended.stdout + ended.stderr;
    say({ type: 'item.completed', item: { ...work, exit_code: ended.status, aggregated_output: output } });
    input.push(item, { type: 'function_call_output', call_id: item.call_id, output });
  }
}
main().catch((error) => {
  say({ type: 'turn.failed', error: { message: String(error.message) } });
  process.exit(1);
});
`;

export const fakeAgent: AgentAdapter = {
  name: 'codex',
  describe: () => ({
    protocol: 'openai-responses',
    defaultModel: 'gpt-5.5',
    sideModels: [],
    resume: ['.fake/sessions'],
    steeredBy: ['**/AGENTS.md'],
    steer: false,
    reportsEveryCommand: true,
    reportsOutput: true,
    reportsUsage: true,
  }),
  installed: async () => installation,
  install: async () => installation,
  prepare: ({ model, prompt, resume }) => ({
    command: [realpathSync(process.execPath), '-e', program, ...(resume === undefined ? [] : [resume])],
    env: ({ home, modelUrl }) => ({ HOME: home, MODEL_URL: modelUrl, MODEL: model }),
    files: {},
    stdin: prompt,
  }),
  parse: parseCodex,
  classify: silenceIsRefusal,
};

export const fakeAgents: Readonly<Record<AgentName, AgentAdapter>> = {
  codex: fakeAgent,
  claude_code: fakeAgent,
  gemini_cli: fakeAgent,
  openhands: fakeAgent,
  acp: fakeAgent,
};
