// Rows for whatever tables there are, made from the catalogue: types, foreign keys and CHECK constraints say what fits.
import { sql } from 'kysely';
import type { Db } from '../../../src/journal/tables.ts';

/** By table: its columns, and its rows as text, so that every type compares. */
export type Snapshot = Map<string, { columns: string[]; rows: Record<string, string | null>[] }>;

type Column = { table: string; name: string; type: string; identity: boolean; generated: boolean; udt: string };
type Foreign = { table: string; columns: string[]; target: string; targets: string[] };

const rowsEach = 2;

export async function tablesOf(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like 'kysely%' order by 1`.execute(
    db,
  );
  return rows.map(({ name }) => name);
}

async function columnsOf(db: Db): Promise<Column[]> {
  const { rows } =
    await sql<Column>`select table_name as "table", column_name as name, data_type as type, udt_name as udt,
    is_identity = 'YES' as identity, is_generated = 'ALWAYS' as generated
    from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position`.execute(db);
  return rows;
}

export async function readTables(db: Db): Promise<Snapshot> {
  const columns = await columnsOf(db);
  const snapshot: Snapshot = new Map();
  for (const table of await tablesOf(db)) {
    const own = columns.filter((column) => column.table === table).map(({ name }) => name);
    const { rows } = await sql<Record<string, string | null>>`select ${sql.join(
      own.map((name) => sql`${sql.ref(name)}::text as ${sql.ref(name)}`),
    )} from ${sql.table(table)}`.execute(db);
    snapshot.set(table, { columns: own, rows });
  }
  return snapshot;
}

/** Two more rows in every table; no value of `seed` is made again by another one. */
export async function fillTables(db: Db, seed: number): Promise<void> {
  const columns = await columnsOf(db);
  const foreign = await foreignKeysOf(db);
  const checks = await checksOf(db);
  for (const table of parentsFirst(await tablesOf(db), foreign)) {
    const own = columns.filter((one) => one.table === table && !one.identity && !one.generated);
    const keys = foreign.filter((one) => one.table === table);
    for (let n = 1; n <= rowsEach; n++) {
      const values = own.map((column) => {
        const key = keys.find(({ columns: names }) => names.includes(column.name));
        if (!key) return sampleOf(column, seed * rowsEach + n, checks.get(`${table}.${column.name}`));
        const target = key.targets[key.columns.indexOf(column.name)] ?? '';
        // The newest rows of the parent, so that a child's own key is new too.
        return sql`(select ${sql.ref(target)} from ${sql.table(key.target)} order by ctid desc limit 1 offset ${n - 1})`;
      });
      await sql`insert into ${sql.table(table)} (${sql.join(own.map(({ name }) => sql.ref(name)))})
        values (${sql.join(values)})`.execute(db);
    }
  }
}

function sampleOf({ table, name, type, udt }: Column, n: number, allowed: string | undefined) {
  if (allowed !== undefined) return sql`${allowed}::text`;
  switch (type) {
    case 'text':
    case 'character varying':
      return sql`${`${table}-${name}-${n}`}::text`;
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'numeric':
    case 'double precision':
      return sql`${n}::int`;
    case 'boolean':
      return sql`${n % 2 === 0}::boolean`;
    case 'json':
    case 'jsonb':
      return sql`${JSON.stringify({ type: 'Woken', made: n })}::jsonb`;
    case 'bytea':
      return sql`${Buffer.from([n, 255, 0])}::bytea`;
    case 'date':
    case 'timestamp without time zone':
    case 'timestamp with time zone':
      return sql`timestamptz '2026-01-01T00:00:00Z' + ${n} * interval '1 day'`;
    case 'uuid':
      return sql`${`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`}::uuid`;
    case 'ARRAY':
      return sql`array[]::${sql.raw(udt.replace(/^_/, ''))}[]`;
    default:
      throw new TypeError(`${table}.${name} has the type ${type}: say here what a value of it looks like`);
  }
}

async function foreignKeysOf(db: Db): Promise<Foreign[]> {
  const { rows } = await sql<{
    table: string;
    target: string;
    text: string;
  }>`select conrelid::regclass::text as "table",
    confrelid::regclass::text as target, pg_get_constraintdef(oid) as text
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`.execute(db);
  return rows.map(({ table, target, text }) => {
    const [own = '', other = ''] = [...text.matchAll(/\(([^)]+)\)/g)].map(([, inside = '']) => inside);
    return { table, target, columns: own.split(', '), targets: other.split(', ') };
  });
}

/** The first text that a CHECK constraint on one column allows. */
async function checksOf(db: Db): Promise<Map<string, string>> {
  const { rows } = await sql<{ table: string; text: string }>`select conrelid::regclass::text as "table",
    pg_get_constraintdef(oid) as text from pg_constraint
    where contype = 'c' and connamespace = 'public'::regnamespace`.execute(db);
  return new Map(
    rows.flatMap(({ table, text }) => {
      const found = /\((\w+) = (?:ANY \(ARRAY\[)?'([^']+)'/.exec(text);
      return found ? [[`${table}.${found[1]}`, found[2] ?? ''] as const] : [];
    }),
  );
}

function parentsFirst(tables: readonly string[], foreign: readonly Foreign[]): string[] {
  const done: string[] = [];
  while (done.length < tables.length) {
    const next = tables.filter(
      (table) =>
        !done.includes(table) &&
        foreign.every((key) => key.table !== table || key.target === table || done.includes(key.target)),
    );
    if (next.length === 0) throw new TypeError(`tables that refer to each other: ${tables.join(', ')}`);
    done.push(...next);
  }
  return done;
}
