// `gantry run`: the program on the runner, with its arguments as they are.
import { fileURLToPath } from 'node:url';
import type { CliCommand } from './command.ts';
import { runChild } from './run-child.ts';

const program = fileURLToPath(new URL('../runner/main.ts', import.meta.url));

export const run: CliCommand = {
  name: 'run',
  summary: 'Does one run on this machine; the workflow calls it, people rarely do.',
  usage: 'run --run <id> --server <url>',
  // A process of its own: the runner reads its environment, handles signals and ends by itself.
  run: (args, io) => runChild([program, ...args], io, { apart: false }),
};
