#!/usr/bin/env node
// The command line: finds the subcommand, lends it the process, and turns what it throws into one readable line.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Permanent, Retryable, UserFixable } from '../errors.ts';
import { sayInTerminal } from '../render/messages.ts';
import { adapters } from './adapters.ts';
import { artifact } from './artifact.ts';
import type { CliCommand, Io } from './command.ts';
import { controls } from './controls.ts';
import { dbMigrate, dbRollback } from './db.ts';
import { deadLetters } from './dead-letters.ts';
import { dev } from './dev.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { gateway } from './gateway.ts';
import { init } from './init.ts';
import { pause } from './pause.ts';
import { resume } from './resume.ts';
import { run } from './run.ts';
import { setup } from './setup.ts';
import { validate } from './validate.ts';

export const commands: readonly CliCommand[] = [
  init,
  validate,
  doctor,
  explain,
  deadLetters,
  artifact,
  gateway,
  run,
  setup,
  dev,
  pause,
  resume,
  controls,
  adapters,
  dbMigrate,
  dbRollback,
];

/** The exit code: 2 where the command line itself is wrong. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const [name = 'help', ...args] = argv;
  const command = commands.find((one) => one.name === name);
  if (name === 'help' || name === '--help' || name === '-h') {
    for (const line of help()) io.out(line);
    return 0;
  }
  if (!command) {
    io.err(`gantry has no command ${JSON.stringify(name)}. It has: ${commands.map((one) => one.name).join(', ')}.`);
    return 2;
  }
  if (args[0] === '--help' || args[0] === '-h') {
    io.out(`${command.summary}\n\nUsage: gantry ${command.usage}`);
    return 0;
  }
  try {
    return await command.run(args, io);
  } catch (error) {
    return explainFailure(command, error, io);
  }
}

function explainFailure(command: CliCommand, error: unknown, io: Io): number {
  if (isArgumentError(error)) {
    io.err(`${error.message}\n\nUsage: gantry ${command.usage}`);
    return 2;
  }
  if (error instanceof UserFixable) io.err(sayInTerminal({ id: error.messageId, data: error.data }));
  else if (error instanceof Permanent || error instanceof Retryable) io.err(error.message);
  else io.err(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}

const isArgumentError = (error: unknown): error is TypeError =>
  error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');

function help(): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'gantry <command> [options]; `gantry <command> --help` shows the options',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'The demo on a local world is not part of the package: run `npm run demo` in a checkout.',
  ];
}

/** The settings beside our own package.json, never those of the directory that we are called in: that one may be anyone's. */
function loadOwnSettings(): void {
  const file = fileURLToPath(new URL('../../.env', import.meta.url));
  if (existsSync(file)) process.loadEnvFile(file);
}

async function main(): Promise<void> {
  loadOwnSettings();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const code = await runCli(process.argv.slice(2), {
    out: (line) => console.log(line),
    err: (line) => console.error(line),
    env: process.env,
    cwd: process.cwd(),
    signal: stop.signal,
  });
  // A closed PGlite and idle sockets keep the process alive, so the end is said; what was printed is written out before.
  process.stdout.write('', () => process.exit(code));
}

if (import.meta.main) await main();
