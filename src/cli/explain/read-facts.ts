// Reads streams and their facts for a person; writes nothing.
import { sql } from 'kysely';
import { Permanent } from '../../errors.ts';
import { parseStream } from '../../facts/stream.ts';
import type { Db } from '../../journal/tables.ts';

/** `seq` is null for what no reaction has folded yet. `at` is ISO 8601, `body` the fact without its type. */
export type Told = {
  stream: string;
  /** `owner/name` of today. */
  repository: string;
  facts: { seq: number | null; at: string; type: string; body: Record<string, unknown> }[];
};

/** Streams by their id, or all of `owner/repo#number`: the ticket, and the pull request of that number. Throws Permanent for other text. */
export async function streamsNamed(db: Db, name: string): Promise<string[]> {
  const item = /^([\w.-]{1,100})\/([\w.-]{1,100})#(\d{1,9})$/.exec(name);
  const id = parseStream(name)?.id;
  if (!item && id === undefined)
    throw new Permanent(
      `${JSON.stringify(name.slice(0, 100))} names no ticket. Write owner/repo#12, or a stream such as ticket:123#12.`,
    );
  const query = db.selectFrom('stream').select('id').orderBy('id', 'desc');
  const rows = await readable(
    item
      ? query
          .where('number', '=', Number(item[3]))
          // Names of repositories have no case on GitHub.
          .where(sql<string>`lower(repository->>'owner')`, '=', (item[1] ?? '').toLowerCase())
          .where(sql<string>`lower(repository->>'name')`, '=', (item[2] ?? '').toLowerCase())
          .execute()
      : query.where('id', '=', id ?? '').execute(),
  );
  return rows.map((row) => row.id);
}

export async function factsOf(db: Db, stream: string): Promise<Told> {
  const { owner, name } = await db
    .selectFrom('stream')
    .select([sql<string>`repository->>'owner'`.as('owner'), sql<string>`repository->>'name'`.as('name')])
    .where('id', '=', stream)
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('fact')
    .select(['seq', 'at', 'type', 'body'])
    .where('stream', '=', stream)
    .orderBy(sql`seq nulls last`)
    .orderBy('id')
    .execute();
  return {
    stream,
    repository: `${owner}/${name}`,
    facts: rows.map(({ seq, at, type, body }) => {
      const { type: _, ...rest } = Object(body) as Record<string, unknown>;
      return { seq, at: new Date(at).toISOString(), type, body: rest };
    }),
  };
}

async function readable<T>(rows: Promise<T>): Promise<T> {
  try {
    return await rows;
  } catch (error) {
    // 42P01: the table is not there, so nothing of ours ever ran on this database.
    if (!(error instanceof Error && 'code' in error && error.code === '42P01')) throw error;
    throw new Permanent('The database has no journal yet. `npm start` makes it, and so does `npm run db:migrate`.', {
      cause: error,
    });
  }
}
