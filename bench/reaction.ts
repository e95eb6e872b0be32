// How long from a webhook's delivery at the door to the write on GitHub that it leads to, with an empty journal and with a
// million facts in it. GitHub is a stand-in that answers at once: what is measured is Gantry.

import { sql } from 'kysely';
import type { Journal } from '../src/journal/database.ts';
import { percentile, round1 } from './numbers.ts';
import { onBoth } from './on-both.ts';
import { typed } from './reaction-ports.ts';
import { type Running, startRunning } from './running.ts';

const COUNT = 100;
const WARM_UP = 20;
/** Facts of closed streams that lie in the journal; a stream has a hundred. */
const OLD_FACTS = 1_000_000;

export type Latency = { p50Ms: number; p99Ms: number };
/** Milliseconds from the request's first byte to the call that writes; `ratio`: p50 with the old facts over p50 without. */
export type ReactionResult = Record<
  'postgres' | 'pglite',
  { empty: Latency; million: Latency; ratio: number; facts: number }
>;

export const benchReaction = (say: (line: string) => void): Promise<ReactionResult> => onBoth(say, both);

async function both(journal: Journal, say: (line: string) => void) {
  const running = await startRunning(journal, say);
  try {
    const empty = await measure(running);
    say(`empty: p50 ${empty.p50Ms} ms, p99 ${empty.p99Ms} ms`);
    const facts = await fill(journal);
    const million = await measure(running);
    say(`${facts} facts: p50 ${million.p50Ms} ms, p99 ${million.p99Ms} ms`);
    return { empty, million, ratio: Math.round((million.p50Ms / empty.p50Ms) * 100) / 100, facts };
  } finally {
    await running.close();
  }
}

let comment = 0;

/** One after the other: a queue of its own would measure the load and not the way. */
async function measure({ deliver, answered }: Running): Promise<Latency> {
  const times: number[] = [];
  for (let n = 0; n < WARM_UP + COUNT; n++) {
    const id = ++comment;
    const seen = answered(id);
    const started = performance.now();
    await deliver(typed(id));
    await seen;
    if (n >= WARM_UP) times.push(performance.now() - started);
  }
  return { p50Ms: round1(percentile(times, 0.5)), p99Ms: round1(percentile(times, 0.99)) };
}

/** Old work, as the journal keeps it: streams that are over, with their facts in place. */
async function fill({ db }: Journal): Promise<number> {
  await sql`insert into stream (id, kind, repo, number, repository, version, state, open, seq)
    select 'ticket:7#' || n, 'ticket', 7, n, '{"installation":1,"id":7,"owner":"acme","name":"old"}', 0, null, false, 100
    from generate_series(1, ${sql.lit(OLD_FACTS / 100)}) n`.execute(db);
  await sql`insert into fact (stream, seq, key, type, body)
    select 'ticket:7#' || n, s, 'old:' || n || ':' || s, 'Woken', '{"type":"Woken"}'
    from generate_series(1, ${sql.lit(OLD_FACTS / 100)}) n, generate_series(1, 100) s`.execute(db);
  await sql`analyze`.execute(db);
  const { count } = await db
    .selectFrom('fact')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}
