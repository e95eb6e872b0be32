// Reads streams and their facts for a person; writes nothing.
import { Permanent } from '../../errors.ts';
import { Repository } from '../../facts/repository.ts';
import { parseStream } from '../../facts/stream.ts';
import { upcast } from '../../facts/upcast.ts';
import type { Db } from '../../journal/tables.ts';

/** `seq` is null for what no reaction has folded yet. `at` is ISO 8601, `body` the fact without its type; empty once it was compacted. */
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
  const query = db.selectFrom('stream').select(['id', 'repository']).orderBy('id', 'desc');
  if (!item) return (await readable(query.where('id', '=', id ?? '').execute())).map((row) => row.id);
  const rows = await readable(query.where('number', '=', Number(item[3])).execute());
  // Names of repositories have no case on GitHub.
  const wanted = `${item[1]}/${item[2]}`.toLowerCase();
  return rows.filter(({ repository }) => nameOf(repository).toLowerCase() === wanted).map((row) => row.id);
}

function nameOf(repository: unknown): string {
  const { owner, name } = Repository.parse(repository);
  return `${owner}/${name}`;
}

export async function factsOf(db: Db, stream: string): Promise<Told> {
  const { repository } = await db
    .selectFrom('stream')
    .select('repository')
    .where('id', '=', stream)
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('fact')
    .select(['stream', 'key', 'seq', 'at', 'type', 'version', 'body'])
    .where('stream', '=', stream)
    .orderBy('seq', (order) => order.asc().nullsLast())
    .orderBy('id')
    .execute();
  return {
    stream,
    repository: nameOf(repository),
    facts: rows.map((row) => {
      const { type: _, ...rest } = Object(row.body === null ? {} : upcast(row)) as Record<string, unknown>;
      return { seq: row.seq, at: new Date(row.at).toISOString(), type: row.type, body: rest };
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
