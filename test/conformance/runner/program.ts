// Starts the real program as a job would: its own process, the environment of a job, a folder for temporary files of its own.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxName } from '../../../adapters/sandbox/contract.ts';
import { gitToken } from './git-server.ts';

export type JobEnd = {
  code: number | null;
  log: string;
  summary: string;
  /** What it left in its temporary folder: must be nothing. */
  left: string[];
};

export type Job = {
  ended: Promise<JobEnd>;
  signal(signal: NodeJS.Signals): void;
  /** Resolves once its log holds the text. */
  says(text: string): Promise<void>;
  /** In the command line of every process that works for it. */
  mark: string;
};

const main = join(import.meta.dirname, '../../../src/runner/main.ts');

export function startJob(options: {
  run: string;
  server: string;
  sandbox: SandboxName;
  /** Added to the job's environment, as an operator does it on the runner. */
  env?: Readonly<Record<string, string>>;
  agents: string;
  /** Absent: the one that jobs start. */
  program?: string;
  identity: { url: string; token: string } | undefined;
}): Job {
  const temp = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-job-')));
  const summary = realpathSync(mkdtempSync(join(tmpdir(), 'gantry-job-summary-')));
  writeFileSync(join(summary, 'summary.md'), '');
  const child = spawn(process.execPath, [options.program ?? main, '--run', options.run, '--server', options.server], {
    env: {
      ...{ PATH: '/usr/bin:/bin', HOME: temp, TMPDIR: temp, GITHUB_STEP_SUMMARY: join(summary, 'summary.md') },
      ...{ GANTRY_GITHUB_TOKEN: gitToken, GANTRY_AGENTS_DIR: options.agents, GANTRY_SANDBOX: options.sandbox },
      ...options.env,
      ...(options.identity && {
        ACTIONS_ID_TOKEN_REQUEST_URL: options.identity.url,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: options.identity.token,
      }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const listening = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      for (const listen of listening) listen();
    });
  const ended = new Promise<JobEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const end = { code, log, summary: readFileSync(join(summary, 'summary.md'), 'utf8'), left: readdirSync(temp) };
      for (const folder of [temp, summary]) rmSync(folder, { recursive: true, force: true });
      resolve(end);
    });
  });
  return {
    ended,
    signal: (signal) => void child.kill(signal),
    says: (text) =>
      new Promise((heard) => {
        const listen = () => log.includes(text) && heard();
        listening.add(listen);
        listen();
      }),
    mark: temp,
  };
}
