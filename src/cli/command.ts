// The shape of a subcommand: one file, one export, run with everything it may touch of its process.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

export type Io = {
  /** One line to stdout, without its line end. */
  out(line: string): void;
  /** One line to stderr. */
  err(line: string): void;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Aborted by Ctrl-C or SIGTERM: what runs on and on ends then. */
  signal: AbortSignal;
};

export type CliCommand = {
  name: string;
  /** One line for `gantry help`. */
  summary: string;
  /** After `gantry `: name and options. */
  usage: string;
  /** The exit code: 0 done, 1 not. Throws what main.ts explains: arguments as parseArgs refuses them, and src/errors.ts. */
  run(args: readonly string[], io: Io): Promise<number>;
};

/** parseArgs, strict; throws its TypeError with a code, which main.ts shows together with the usage. */
export const readArgs = <const T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: T,
  allowPositionals = false,
) => parseArgs({ args: [...args], options, allowPositionals, strict: true });
