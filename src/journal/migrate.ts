// Migrations run at boot and by `npm run db:migrate`. Each has an `up` and a `down`; the list is the order.
import { type Migration, Migrator } from 'kysely/migration';
import { Permanent } from '../errors.ts';
import * as journal from './migrations/0001-journal.ts';
import * as inbox from './migrations/0002-inbox.ts';
import * as backlog from './migrations/0003-backlog.ts';
import * as budgets from './migrations/0004-budgets.ts';
import * as deadLetter from './migrations/0005-dead-letter.ts';
import * as control from './migrations/0006-control.ts';
import * as sweep from './migrations/0007-sweep.ts';
import * as factDelivery from './migrations/0008-fact-delivery.ts';
import * as retention from './migrations/0009-retention.ts';
import * as wakeDelivery from './migrations/0010-wake-delivery.ts';
import * as gateway from './migrations/0011-gateway.ts';
import type { Db } from './tables.ts';

export const migrations: Record<string, Migration> = {
  '0001-journal': journal,
  '0002-inbox': inbox,
  '0003-backlog': backlog,
  '0004-budgets': budgets,
  '0005-dead-letter': deadLetter,
  '0006-control': control,
  '0007-sweep': sweep,
  '0008-fact-delivery': factDelivery,
  '0009-retention': retention,
  '0010-wake-delivery': wakeDelivery,
  '0011-gateway': gateway,
};

const migratorOf = (db: Db) => new Migrator({ db, provider: { getMigrations: async () => migrations } });

/** Brings the database to the newest version; returns the names that ran. A failure names the migration and leaves it undone. */
export const migrate = async (db: Db): Promise<string[]> => outcome(await migratorOf(db).migrateToLatest());

/** Undoes the newest migration that ran; returns its name, or nothing where none is left. */
export const rollback = async (db: Db): Promise<string[]> => outcome(await migratorOf(db).migrateDown());

function outcome({ error, results }: Awaited<ReturnType<Migrator['migrateToLatest']>>): string[] {
  const failed = results?.find((result) => result.status === 'Error');
  if (error)
    throw new Permanent(`the database migration ${failed?.migrationName ?? ''} failed and was undone`, {
      cause: error,
    });
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName);
}
