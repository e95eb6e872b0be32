// The database alone, without queues: PGlite in this process, or a Postgres server. Nothing is migrated here.
import { mkdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import { holdFolder } from './hold-folder.ts';
import type { Db, Tables } from './tables.ts';

export type Where = { kind: 'postgres'; url: string } | { kind: 'pglite'; folder: string };

/** `pglite` is undefined on a server. `close` also gives the data folder back. */
export type Database = { db: Db; pglite: PGlite | undefined; close(): Promise<void> };

/** Throws UserFixable where another process holds the data folder. `onError` hears of connections lost outside a call. */
export async function openDatabase(where: Where, onError: (error: unknown) => void): Promise<Database> {
  if (where.kind === 'postgres') {
    const db: Db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: openPool(where.url, onError) }) });
    return { db, pglite: undefined, close: () => db.destroy() };
  }
  const { pglite, release } = await openLite(where.folder);
  const db: Db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) });
  return {
    db,
    pglite,
    async close() {
      await db.destroy();
      release();
    },
  };
}

/**
 * Its own cache beside the system's of the same files makes this process a quarter of a gigabyte larger, and each child that
 * it starts is forked with all of it: 10 ms at 650 MB, 1 ms at 50 MB (measured on Linux, Node 24).
 */
const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];

async function openLite(folder: string): Promise<{ pglite: PGlite; release(): void }> {
  mkdirSync(folder, { recursive: true });
  const release = holdFolder(folder);
  try {
    return { pglite: await PGlite.create(`${folder}/pglite`, { startParams }), release };
  } catch (error) {
    release();
    throw error;
  }
}

function openPool(connectionString: string, onError: (error: unknown) => void): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 16 });
  pool.on('error', onError);
  pool.on('connect', (client) => client.on('error', onError));
  return pool;
}
