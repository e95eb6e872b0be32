// `gantry artifact`: the bytes of a bundle, a patch or evidence in a file of yours. Nothing in them is run or unpacked.
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Permanent } from '../errors.ts';
import { askBytes } from './ask-api.ts';
import { type CliCommand, readArgs } from './command.ts';

export const artifact: CliCommand = {
  name: 'artifact',
  summary: 'Fetches what a run made, by its digest: also work that was refused or left unfinished.',
  usage: 'artifact <sha256> --out <file>',
  async run(args, io) {
    const { values, positionals } = readArgs(args, { out: { type: 'string' } }, true);
    const [digest, ...more] = positionals;
    if (!digest || !/^[0-9a-f]{64}$/.test(digest) || more.length > 0 || !values.out)
      throw new Permanent('Name one digest of 64 hex digits, and a file: gantry artifact <sha256> --out <file>.');
    const bytes = await askBytes(io, { path: `/artifacts/${digest}/content`, scope: 'artifacts' });
    if (createHash('sha256').update(bytes).digest('hex') !== digest)
      throw new Permanent(
        'What arrived is not what was asked for: its SHA-256 differs. Nothing was written; try again.',
      );
    const file = path.resolve(io.cwd, values.out);
    await writeFile(file, bytes, { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      throw new Permanent(`${file} could not be written (${error.code}); an existing file is left alone.`, {
        cause: error,
      });
    });
    io.out(`${file}: ${bytes.length} bytes. An agent made it and nobody has checked it.`);
    if (bytes.subarray(0, 16).toString('latin1').startsWith('# v2 git bundle'))
      io.out(
        `A bundle may be made to harm who unpacks it. Fetch refs/heads/work from it only in a throw-away clone inside a container.`,
      );
    return 0;
  },
};
