// Reads one list of a repository on from where it was left.
import type { Answer, Question } from '../../../adapters/changes/contract.ts';
import type { Cursor } from '../../journal/sweep-repository.ts';
import type { Allowance } from './allowance.ts';

export type List<Row> = {
  ask(question: Question): Promise<Answer<Row>>;
  newestFirst: boolean;
  id(row: Row): number;
  /** What the row means is appended before this resolves. False when the points are used up: it is read again. */
  read(row: Row): Promise<boolean>;
};

/** Rows that are remembered one by one before the cursor moves: until then the question, and with it the ETag, stays. */
const remembered = 50;
/** Lists lag: what was updated so shortly before the newest row may not be listed yet. */
const lagMs = 60_000;

/** `done`: everything that the list shows was read. Else the points ran out, and the next round goes on from the cursor. */
export async function follow<Row extends { updatedAt: string }>(
  list: List<Row>,
  cursor: Cursor,
  allowance: Allowance,
): Promise<{ cursor: Cursor; done: boolean }> {
  const seen = { ...cursor.seen };
  const { rows, done, etag } = await gather(list, cursor, allowance);
  for (const row of rows) {
    const id = String(list.id(row));
    if (seen[id] === row.updatedAt) continue;
    if (!(await list.read(row))) return { cursor: moved(cursor.since, seen), done: false };
    seen[id] = row.updatedAt;
  }
  return { cursor: { ...moved(cursor.since, seen, etag) }, done };
}

/** Oldest update first, none older than the cursor. A list that goes newest first is of no use until its end was reached. */
async function gather<Row extends { updatedAt: string }>(
  { ask, newestFirst }: List<Row>,
  { since, etag }: Cursor,
  allowance: Allowance,
): Promise<{ rows: Row[]; done: boolean; etag: string | undefined }> {
  const rows: Row[] = [];
  let first: string | undefined;
  for (let page: number | undefined = 1; page !== undefined; ) {
    if (!allowance.take()) return { rows: newestFirst ? [] : rows, done: false, etag: undefined };
    const answer: Answer<Row> = await ask({ since, page, etag: page === 1 ? etag : undefined });
    if (answer === 'unchanged') {
      allowance.giveBack();
      return { rows: [], done: true, etag };
    }
    const { next } = answer;
    rows.push(...answer.rows.filter((row) => row.updatedAt >= since));
    // With more pages than one, an unchanged first page says nothing of the others; newest first it says everything.
    if (page === 1 && (newestFirst || next === undefined)) first = answer.etag;
    page = newestFirst && answer.rows.some((row) => row.updatedAt < since) ? undefined : next;
  }
  return { rows: newestFirst ? rows.reverse() : rows, done: true, etag: first };
}

/** Where much was read the cursor moves on; what is remembered beyond it stays remembered. */
function moved(since: string, seen: Record<string, string>, etag?: string): Cursor {
  const rows = Object.entries(seen);
  if (rows.length <= remembered) return { since, seen, ...(etag !== undefined && { etag }) };
  const newest = rows.map(([, at]) => Date.parse(at)).reduce((a, b) => Math.max(a, b));
  const next = `${new Date(newest - lagMs).toISOString().slice(0, 19)}Z`;
  return next > since
    ? { since: next, seen: Object.fromEntries(rows.filter(([, at]) => at >= next)) }
    : { since, seen, ...(etag !== undefined && { etag }) };
}
