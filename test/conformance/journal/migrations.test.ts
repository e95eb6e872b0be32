// Every migration of the list, whichever it is: up, down and up again over rows, on both databases. Nothing here names one.
import { sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, describe, expect, test } from 'vitest';
import { migrate, migrations, rollback } from '../../../src/journal/migrate.ts';
import { type Database, openDatabase } from '../../../src/journal/open-database.ts';
import type { Db } from '../../../src/journal/tables.ts';
import { databases, empty } from './databases.ts';
import { fillTables, readTables, type Snapshot, tablesOf } from './fill-tables.ts';

const names = Object.keys(migrations);

describe.each(databases)('on %s', (kind) => {
  const open: Database[] = [];
  const openOne = async () => {
    const one = await openDatabase(await empty(kind), (error) => {
      throw error;
    });
    open.push(one);
    return one.db;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  test('an empty database is migrated, rolled back step by step to nothing, and migrated again', async () => {
    const db = await openOne();
    expect(await migrate(db)).toEqual(names);
    expect(await migrate(db)).toEqual([]);
    const shape = await shapeOf(db);
    for (const name of names.toReversed()) expect(await rollback(db)).toEqual([name]);
    expect(await rollback(db)).toEqual([]);
    expect(await tablesOf(db)).toEqual([]);
    expect(await migrate(db)).toEqual(names);
    expect(await shapeOf(db)).toEqual(shape);
  });

  test('each migration goes up, down and up over rows, and what it does not own survives', async () => {
    const db = await openOne();
    for (const [n, name] of names.entries()) {
      const before = await readTables(db);
      await up(db, name);
      expectKept(before, await readTables(db), `${name} up`);
      await fillTables(db, n);
      const full = await readTables(db);
      for (const [table, { rows }] of full) expect(rows.length, `${table} has rows`).toBeGreaterThan(0);
      const shape = await shapeOf(db);

      expect(await rollback(db)).toEqual([name]);
      const down = await readTables(db);
      expect([...down.keys()], `${name} down takes its own tables and no other`).toEqual([...before.keys()]);
      for (const [table, { columns }] of before)
        expect(down.get(table)?.columns, `${table} after ${name} down`).toEqual(columns);
      expectKept(down, full, `${name} down`);

      await up(db, name);
      expect(await shapeOf(db), `${name} again`).toEqual(shape);
      expectKept(down, await readTables(db), `${name} up again`);
      await fillTables(db, n + 100);
    }
    for (const name of names.toReversed()) expect(await rollback(db)).toEqual([name]);
    expect(await tablesOf(db)).toEqual([]);
  });

  const unique = [
    ['inbox_pkey', 'inbox', 'guid'],
    ['run_pkey', 'run', 'id'],
    ['fact_key_key', 'fact', 'key'],
    ['fact_stream_seq_key', 'fact', 'stream, seq'],
    ['artifact_pkey', 'artifact', 'digest'],
  ] as const;

  test('the GUID of a delivery, the id of a run, the key of a fact, its place and a digest are there once', async () => {
    const db = await openOne();
    await migrate(db);
    await fillTables(db, 0);
    for (const [constraint, table, same] of unique) {
      const columns = (await readTables(db)).get(table)?.columns ?? [];
      const given = columns.filter((name) => name !== 'id' || table !== 'fact');
      const values = given.map((name) =>
        same.split(', ').includes(name) || !/^(key|id|guid|token)$/.test(name)
          ? sql.ref(name)
          : sql`${sql.ref(name)} || '-other'`,
      );
      const again = sql`insert into ${sql.table(table)} (${sql.join(given.map((name) => sql.ref(name)))})
        select ${sql.join(values)} from ${sql.table(table)} limit 1`;
      await expect(again.execute(db), constraint).rejects.toMatchObject({ code: '23505', constraint });
    }
  });
});

const up = async (db: Db, name: string) => {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateTo(name);
  if (error) throw error;
  expect(results?.map(({ migrationName }) => migrationName)).toEqual([name]);
};

/** Each row of `before` is there afterwards, in the columns that both have. */
function expectKept(before: Snapshot, after: Snapshot, when: string): void {
  for (const [table, { columns, rows }] of before) {
    const now = after.get(table);
    expect(now, `${table} after ${when}`).toBeDefined();
    const shared = columns.filter((column) => now?.columns.includes(column));
    const cut = (all: readonly Record<string, unknown>[]) =>
      all.map((row) => JSON.stringify(shared.map((column) => row[column]))).toSorted();
    expect(cut(now?.rows ?? []), `rows of ${table} after ${when}`).toEqual(cut(rows));
  }
}

/** Columns, constraints and indexes: what makes one schema differ from another. */
async function shapeOf(db: Db): Promise<unknown> {
  const columns = await sql`select table_name, column_name, data_type, is_nullable, column_default
    from information_schema.columns where table_schema = 'public' and table_name not like 'kysely%'
    order by table_name, column_name`.execute(db);
  const constraints = await sql`select conrelid::regclass::text as name, pg_get_constraintdef(oid) as text
    from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2`.execute(db);
  const indexes = await sql`select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1`.execute(
    db,
  );
  return { columns: columns.rows, constraints: constraints.rows, indexes: indexes.rows };
}
