// `db:migrate` and `db:rollback`: the migrations alone, without queues. `npm start` migrates by itself.
import { migrate, rollback } from '../journal/migrate.ts';
import { openDatabase } from '../journal/open-database.ts';
import type { Db } from '../journal/tables.ts';
import { type CliCommand, type Io, readArgs } from './command.ts';
import { whereOf } from './where.ts';

export const dbMigrate: CliCommand = {
  name: 'db:migrate',
  summary: 'Brings the database to the newest version.',
  usage: 'db:migrate   (DATABASE_URL, or the embedded database in DATA_DIR)',
  async run(args, io) {
    readArgs(args, {});
    const ran = await onDatabase(io, migrate);
    io.out(ran.length === 0 ? 'The database is up to date.' : `Migrated: ${ran.join(', ')}.`);
    return 0;
  },
};

export const dbRollback: CliCommand = {
  name: 'db:rollback',
  summary: 'Undoes the newest migration, with the data that it holds.',
  usage: 'db:rollback   (DATABASE_URL, or the embedded database in DATA_DIR)',
  async run(args, io) {
    readArgs(args, {});
    const undone = await onDatabase(io, rollback);
    io.out(undone.length === 0 ? 'There is no migration to undo.' : `Undone: ${undone.join(', ')}.`);
    return 0;
  },
};

async function onDatabase<T>(io: Io, work: (db: Db) => Promise<T>): Promise<T> {
  // A lost connection also fails the query that needed it; here it is only said.
  const database = await openDatabase(whereOf(io), (error) =>
    io.err(`the database connection failed: ${String(error)}`),
  );
  try {
    return await work(database.db);
  } finally {
    await database.close();
  }
}
