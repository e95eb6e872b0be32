// `gantry explain`: what the journal holds of one ticket or pull request, as a timeline.
import { existsSync } from 'node:fs';
import { Permanent, UserFixable } from '../errors.ts';
import { type Database, openDatabase, type Where } from '../journal/open-database.ts';
import { type CliCommand, type Io, readArgs } from './command.ts';
import { factsOf, streamsNamed, type Told } from './explain/read-facts.ts';
import { printable } from './printable.ts';
import { whereOf } from './where.ts';

export const explain: CliCommand = {
  name: 'explain',
  summary: 'Prints the recorded facts of one ticket or pull request.',
  usage: 'explain <owner/repo#number | ticket:ID#number | pull:ID#number> [--json]',
  async run(args, io) {
    const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, true);
    const [name] = positionals;
    if (name === undefined)
      throw new Permanent('which ticket? Name it as owner/repo#12, or by its stream, ticket:123#12.');
    const database = await openForReading(whereOf(io), io);
    try {
      const streams = await streamsNamed(database.db, name);
      const told = await Promise.all(streams.map((stream) => factsOf(database.db, stream)));
      if (told.length === 0) {
        io.err(`The journal holds nothing of ${printable(name)}. A ticket begins with the label ai-ready.`);
        return 1;
      }
      if (values.json) io.out(JSON.stringify(told, null, 2));
      else for (const line of told.flatMap(timeline)) io.out(line);
      return 0;
    } finally {
      await database.close();
    }
  },
};

async function openForReading(where: Where, io: Io): Promise<Database> {
  if (where.kind === 'pglite' && !existsSync(`${where.folder}/pglite`))
    throw new Permanent(`There is no database in ${where.folder}. Set DATA_DIR, or DATABASE_URL, as the app has it.`);
  try {
    return await openDatabase(where, (error) => io.err(`the database connection failed: ${String(error)}`));
  } catch (error) {
    if (!(error instanceof UserFixable && error.messageId === 'data-folder-in-use')) throw error;
    throw new Permanent(
      `Gantry is running (process ${error.data.process}) and the embedded database is its own while it does: read the ticket on its pages or by its API, or stop it and try again.`,
      { cause: error },
    );
  }
}

function timeline({ stream, repository, facts }: Told): string[] {
  return [
    `${stream}  (${printable(repository)})`,
    ...facts.map(({ seq, at, type, body }) => {
      const details = JSON.stringify(body);
      return `  ${seq === null ? 'new' : String(seq).padStart(3)}  ${at}  ${type}${details === '{}' ? '' : `  ${printable(details)}`}`;
    }),
    '',
  ];
}
