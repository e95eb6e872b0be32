// The round that keeps the database short: what is old expires, what is closed is compacted. One replica does it, by `alone`.
import { aboutStreamId } from '../facts/about.ts';
import { retain } from '../journal/retention.ts';
import type { SweepTools } from './sweep/tools.ts';

/** Nothing that expires is urgent; an hour keeps each round small. */
export const keepShortSeconds = 3_600;

/** Ends between two steps when `signal` is aborted; the next round goes on. */
export async function keepShort(
  { journal, log }: Pick<SweepTools, 'journal' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const done = await retain(journal.db, signal, (stream, error) =>
    log.error({ ...aboutStreamId(stream), err: error }, 'a closed stream could not be compacted'),
  );
  if (Object.values(done).some((count) => count > 0)) log.info(done, 'what was old has expired');
}
