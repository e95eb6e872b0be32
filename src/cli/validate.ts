// `gantry validate`: judges a policy file as the gate will, with its lines.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readPolicy } from '../config/policy.ts';
import { Permanent } from '../errors.ts';
import { type CliCommand, readArgs } from './command.ts';
import { printable } from './printable.ts';

const usual = '.github/harness.yml';

export const validate: CliCommand = {
  name: 'validate',
  summary: 'Judges a policy file and names every problem with its line.',
  usage: `validate [file]   (${usual} where none is named)`,
  async run(args, io) {
    const file = readArgs(args, {}, true).positionals[0] ?? usual;
    const read = readPolicy(textOf(path.resolve(io.cwd, file), file));
    if (read.status === 'ok') {
      const layers = Object.keys(read.policy.layers);
      io.out(
        `${file} is fine: ${read.policy.agent}, layers ${layers.join(', ') || 'none (the gate will ask for one)'}.`,
      );
      return 0;
    }
    for (const { line, message } of read.problems) io.err(printable(`${file}:${line}: ${message}`, 700));
    io.err(
      `${read.problems.length} ${read.problems.length === 1 ? 'problem' : 'problems'}; as long as there is one, the gate stays closed.`,
    );
    return 1;
  },
};

function textOf(target: string, shown: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(target));
  } catch (error) {
    if (error instanceof TypeError)
      throw new Permanent(`${shown} is not UTF-8 text. Save it as UTF-8.`, { cause: error });
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new Permanent(`${shown} cannot be read (${code}). Name the file, or write one with \`gantry init\`.`, {
      cause: error,
    });
  }
}
