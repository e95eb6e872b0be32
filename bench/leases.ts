// How many runs can be claimed and kept alive per second: 32 at a time, as many runners would.
import { ticketStream } from '../src/facts/stream.ts';
import { admit } from '../src/journal/admit.ts';
import { append } from '../src/journal/append.ts';
import type { Journal } from '../src/journal/database.ts';
import { heartbeat, type RunRow, takeLease } from '../src/journal/lease.ts';
import { anAssignment } from '../test/world/an-assignment.ts';
import { percentile, round1 } from './numbers.ts';
import { onBoth } from './on-both.ts';

const RUNS = 600;
const BEATS = 3_000;
const AT_ONCE = 32;

export type Rate = { perSecond: number; p50Ms: number; p99Ms: number };
/** `admit`: a slot is taken under the one lock of admission; `claim`: a runner takes its lease; `heartbeat`: it keeps it. */
export type LeasesResult = Record<'postgres' | 'pglite', { admit: Rate; claim: Rate; heartbeat: Rate }>;

export const benchLeases = (say: (line: string) => void): Promise<LeasesResult> => onBoth(say, measure);

async function measure(journal: Journal, say: (line: string) => void): Promise<LeasesResult['pglite']> {
  const { db, enqueue } = journal;
  const repository = { installation: 1, id: 42, owner: 'acme', name: 'app' };
  const ids = Array.from({ length: RUNS }, (_, n) => ({ id: `42-${n + 1}-1`, stream: ticketStream(42, n + 1) }));
  for (const { stream } of ids)
    await db
      .transaction()
      .execute((tx) => append(tx, enqueue, { stream, repository, key: stream, fact: { type: 'Woken' } }));
  try {
    const caps = { repository: RUNS, total: RUNS };
    const admitted = await rate(ids, ({ id, stream }) =>
      admit(db, { id, stream, repo: 42, assignment: anAssignment(id), seconds: 600 }, caps),
    );
    const taken: RunRow[] = [];
    const claim = await rate(ids, async ({ id }, n) => {
      const by = { workflowRun: n, identity: `job-${n}`, tokenHash: `token-${n}`, seconds: 600 };
      const answer = await db.transaction().execute((tx) => takeLease(tx, id, by));
      if (!('taken' in answer)) throw new Error(`the lease of ${id} was refused: ${answer.refused}`);
      taken.push(answer.taken);
    });
    const beats = Array.from({ length: BEATS }, (_, n) => taken[n % taken.length] as RunRow);
    const kept = await rate(beats, async (run, n) => {
      if (!(await heartbeat(db, run, { events: n }, 600))) throw new Error(`the heartbeat of ${run.id} was refused`);
    });
    const result = { admit: admitted, claim, heartbeat: kept };
    say(lineOf(result));
    return result;
  } finally {
    await journal.close();
  }
}

async function rate<T>(items: readonly T[], work: (item: T, n: number) => Promise<unknown>): Promise<Rate> {
  const times: number[] = [];
  let next = 0;
  const started = performance.now();
  const worker = async () => {
    for (let n = next++; n < items.length; n = next++) {
      const from = performance.now();
      await work(items[n] as T, n);
      times.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const seconds = (performance.now() - started) / 1_000;
  return {
    perSecond: Math.round(items.length / seconds),
    p50Ms: round1(percentile(times, 0.5)),
    p99Ms: round1(percentile(times, 0.99)),
  };
}

const lineOf = ({ admit: admitted, claim, heartbeat: kept }: LeasesResult['pglite']): string =>
  `admit ${admitted.perSecond}/s  claim ${claim.perSecond}/s  heartbeat ${kept.perSecond}/s, p99 ${kept.p99Ms} ms`;
