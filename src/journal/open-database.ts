// The database alone, without queues: PGlite in this process, or a Postgres server. Nothing is migrated here.
import { mkdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import { holdFolder } from './hold-folder.ts';
import type { Db, Tables } from './tables.ts';

/** `memory` is for tests: it is gone with the process. */
export type Where = { kind: 'postgres'; url: string } | { kind: 'pglite'; folder: string } | { kind: 'memory' };

/** `pglite` is undefined on a server. `close` also gives the data folder back. */
export type Database = { db: Db; pglite: PGlite | undefined; close(): Promise<void> };

/** Throws UserFixable where another process holds the data folder. `onError` hears of connections lost outside a call. */
export async function openDatabase(where: Where, onError: (error: unknown) => void): Promise<Database> {
  if (where.kind === 'postgres') {
    const db: Db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: openPool(where.url, onError) }) });
    return { db, pglite: undefined, close: () => db.destroy() };
  }
  const { pglite, release } = await openLite(where);
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

async function openLite(
  where: { kind: 'pglite'; folder: string } | { kind: 'memory' },
): Promise<{ pglite: PGlite; release(): void }> {
  if (where.kind === 'memory') return { pglite: await PGlite.create(), release() {} };
  mkdirSync(where.folder, { recursive: true });
  const release = holdFolder(where.folder);
  try {
    return { pglite: await PGlite.create(`${where.folder}/pglite`), release };
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
