// A stand-in for the codex program where its 400 MB are not installed: it asks the model once and writes what it is told.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * What the test's gateway answers. `hang`: seconds that the agent then sleeps in a child of its own. `attack`: body of a function that the agent
 * runs; what it answers is written to `loot.json`.
 */
export type FakeWork = { files: Record<string, string>; message: string; hang?: number; attack?: string };

const source = String.raw`#!/usr/bin/env node
const fs = require('node:fs'), path = require('node:path'), { spawn } = require('node:child_process');
const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');
const prompt = fs.readFileSync(0, 'utf8');
const base = process.argv.find((a) => a.startsWith('model_providers.gantry.base_url=')).split('=').slice(1).join('=');
const resumed = process.argv.includes('resume') ? process.argv[process.argv.indexOf('resume') + 1] : undefined;
const sessions = path.join(process.env.CODEX_HOME, 'sessions/2026');
const read = (file) => fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
const remembers = resumed && read(path.join(sessions, resumed + '.jsonl'));
const config = read(path.join(process.env.CODEX_HOME, 'config.toml'));
(async () => {
  const session = resumed ?? 'session-' + process.pid;
  say({ type: 'thread.started', thread_id: session });
  fs.mkdirSync(sessions, { recursive: true });
  fs.appendFileSync(path.join(sessions, session + '.jsonl'), prompt);
  const response = await fetch(JSON.parse(base) + '/responses', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer dummy' },
    body: JSON.stringify({ model: 'gpt-5.5', prompt, env: process.env, args: process.argv.slice(2), remembers, config }),
  });
  if (!response.ok) {
    say({ type: 'turn.failed', error: { message: 'status ' + response.status } });
    process.exit(1);
  }
  const { files, message, hang, attack } = await response.json();
  if (attack) {
    const run = new (async () => {}).constructor('require', 'MODEL', attack);
    fs.writeFileSync('loot.json', JSON.stringify(await run(require, JSON.parse(base))));
  }
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.resolve(name)), { recursive: true });
    fs.writeFileSync(name, text);
  }
  const command = { id: 'c1', type: 'command_execution', command: 'write', aggregated_output: '', exit_code: null };
  say({ type: 'item.started', item: command });
  say({ type: 'item.completed', item: { ...command, exit_code: 0 } });
  if (hang) {
    spawn('sleep', [String(hang)], { stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, hang * 1000));
  }
  say({ type: 'item.completed', item: { id: 'm', type: 'agent_message', text: message } });
  say({ type: 'turn.completed', usage: { input_tokens: 10, cached_input_tokens: 0, output_tokens: 5 } });
})();
`;

const target = { x64: 'x86_64-unknown-linux-musl', arm64: 'aarch64-unknown-linux-musl' }[
  process.arch as 'x64' | 'arm64'
];

/** Lays the program where the adapter looks for an installation of its lockfile; answers the folder for GANTRY_AGENTS_DIR. */
export function installFakeCodex(): { directory: string; remove(): void } {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-fake-agents-')));
  const lock = readFileSync(join(import.meta.dirname, '../../../adapters/agent/codex/package-lock.json'));
  const platform = `${process.platform}-${process.arch}`;
  const hash = createHash('sha256').update(lock).update(platform).digest('hex').slice(0, 12);
  const program = join(directory, `codex-${hash}/node_modules/@openai/codex-${platform}/vendor/${target}/bin/codex`);
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, source);
  chmodSync(program, 0o755);
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
