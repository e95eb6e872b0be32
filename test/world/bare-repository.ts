// One bare repository on disk, configured for `git http-backend`, with the hook that asks the world before refs move.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const CONFIG = {
  'http.receivepack': 'true',
  'uploadpack.allowAnySHA1InWant': 'true',
  'uploadpack.allowFilter': 'true',
  'core.logAllRefUpdates': 'false',
  'gc.auto': '0',
};

/** Never the developer's own git configuration. */
export const GIT_ENV: Record<string, string> = {
  PATH: process.env.PATH ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
};

const preReceive = (url: string, node: string) => `#!/bin/sh
exec '${node}' -e '
const body = require("fs").readFileSync(0, "utf8");
const names = ["GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "WORLD_REPO", "WORLD_AUTH"];
const env = Object.fromEntries(names.map((name) => [name, process.env[name] ?? ""]));
const headers = { "content-type": "application/json" };
fetch("${url}/_git/pre-receive", { method: "POST", headers, body: JSON.stringify({ env, body }) })
  .then((answer) => answer.text())
  .then((refusal) => { if (refusal) { console.error(refusal); process.exitCode = 1; } });
'
`;

export const gitRoot = (root: string): string => path.join(root, 'git');

/** Returns `dir`. `worldUrl` is where the hook asks. */
export async function initBare(dir: string, branch: string, worldUrl: string): Promise<string> {
  mkdirSync(dir, { recursive: true });
  await run('git', ['init', '-q', '--bare', '-b', branch, dir], { env: GIT_ENV });
  const sections = Object.entries(CONFIG).map(([key, value]) => {
    const [section, name] = key.split('.');
    return `[${section}]\n\t${name} = ${value}\n`;
  });
  writeFileSync(path.join(dir, 'config'), sections.join(''), { flag: 'a' });
  const hook = path.join(dir, 'hooks', 'pre-receive');
  mkdirSync(path.dirname(hook), { recursive: true });
  writeFileSync(hook, preReceive(worldUrl, process.execPath));
  chmodSync(hook, 0o755);
  return dir;
}
