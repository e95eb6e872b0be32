// How long from a webhook's delivery at the door to the write on GitHub that it leads to, with an empty journal and with a
// million facts in it. GitHub is a stand-in that answers at once: what is measured is Gantry.

import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { createPlainTracer } from '../adapters/tracer/plain.ts';
import { effects } from '../src/effects/index.ts';
import { createDoor } from '../src/intake/github/door.ts';
import { type Journal, openJournal } from '../src/journal/database.ts';
import { createInbox } from '../src/journal/inbox.ts';
import { startLoop } from '../src/loop/loop.ts';
import { startPostgres } from '../test/world/postgres.ts';
import { percentile, round1 } from './numbers.ts';
import { type Answered, silentPorts, typed } from './reaction-ports.ts';

const SECRET = 'a-secret-for-the-benchmark';
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

export async function benchReaction(say: (line: string) => void): Promise<ReactionResult> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  const server = await startPostgres();
  const complain = (error: unknown) => say(String(error));
  try {
    const postgres = await openJournal({ kind: 'postgres', url: await server.fresh() }, complain);
    const onPostgres = await both(postgres, (line) => say(`postgres ${line}`));
    const pglite = await openJournal({ kind: 'pglite', folder: join(folder, 'data') }, complain);
    const onPglite = await both(pglite, (line) => say(`pglite   ${line}`));
    return { postgres: onPostgres, pglite: onPglite };
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function both(journal: Journal, say: (line: string) => void) {
  const running = await open(journal, say);
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

type Running = { url: string; answered: Answered; close(): Promise<void> };

async function open(journal: Journal, say: (line: string) => void): Promise<Running> {
  const inbox = createInbox(journal.db, journal.enqueue);
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (about: object, text: string) => say(`${text} ${JSON.stringify(about)}`),
  };
  const { ports, changes, answered } = silentPorts(journal.db);
  const rounds = { journalSeconds: 1, repairSeconds: 3_600, lookSeconds: 3_600, superviseSeconds: 3_600 };
  const self = { botId: 1 };
  const loop = await startLoop({
    journal,
    inbox,
    effects,
    ports,
    changes,
    self,
    log,
    tracer: createPlainTracer(),
    watch: { begun() {}, translated() {} },
    rounds,
    onBudget() {},
    duplicatesRemoved() {},
  });
  const secrets = { current: SECRET, previous: undefined };
  const door = createDoor({ inbox, secrets, onError: (error) => say(String(error)) });
  const server = http.createServer((request, response) => void door(request, response));
  // Filling a journal takes longer than a connection is kept by default.
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    answered,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await loop.stop();
      await journal.close();
    },
  };
}

let comment = 0;

/** One after the other: a queue of its own would measure the load and not the way. */
async function measure({ url, answered }: Running): Promise<Latency> {
  const times: number[] = [];
  for (let n = 0; n < WARM_UP + COUNT; n++) {
    const id = ++comment;
    const body = JSON.stringify(typed(id));
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'issue_comment',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
    };
    const seen = answered(id);
    const started = performance.now();
    const response = await fetch(url, { method: 'POST', headers, body });
    if (response.status !== 202) throw new Error(`the door answered ${response.status}`);
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
