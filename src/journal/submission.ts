// What the runner of a run handed in, as it was accepted.
import { readFact } from '../facts/fact.ts';
import { finishedKey, type Submission } from '../facts/run.ts';
import type { Db } from './tables.ts';

/** Undefined before its end, where no runner told of it, and once its stream was compacted. */
export async function acceptedSubmission(db: Db, run: string): Promise<Submission | undefined> {
  const row = await db
    .selectFrom('fact')
    .select(['stream', 'key', 'type', 'version', 'body'])
    .where('key', '=', finishedKey(run))
    .where('body', 'is not', null)
    .executeTakeFirst();
  const fact = row && readFact(row);
  return fact?.type === 'RunFinished' ? fact.submission : undefined;
}
