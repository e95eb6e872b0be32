// How fast a webhook is durably acknowledged, against Probot's own middleware with a handler that does nothing.
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createNodeMiddleware, Probot } from 'probot';
import { createDoor } from '../src/intake/github/door.ts';
import { type Journal, openJournal } from '../src/journal/database.ts';
import { createInbox } from '../src/journal/inbox.ts';
import { startPostgres } from '../test/world/postgres.ts';
import { signedPayloads } from './payloads.ts';

const SECRET = 'a-secret-for-the-benchmark';
const SECONDS = 4;
const CONNECTIONS = 32;
const ROUNDS = 3;
const PAYLOADS = 64;

export type Load = { perSecond: number; p50: number; p99: number; acknowledged: number; refused: number };

/** Rates per second, latencies in milliseconds; medians of the rounds. `lost`: acknowledged, but not in the inbox. */
export type IngestResult = {
  ratioPostgres: number;
  ratioPglite: number;
  perSecond: number;
  p50Ms: number;
  p99Ms: number;
  lost: number;
  payloadBytes: number;
  probot: Load;
  postgres: Load;
  pglite: Load;
};

type Case = { name: 'probot' | 'postgres' | 'pglite'; listener: RequestListener; stored(): Promise<number> };

export async function benchIngest(say: (line: string) => void): Promise<IngestResult> {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-bench-'));
  const payloads = signedPayloads(PAYLOADS, SECRET);
  const file = join(folder, 'payloads.json');
  writeFileSync(file, JSON.stringify(payloads));
  const server = await startPostgres();
  // Whatever fails shows as refused or lost; here it is only said.
  const complain = (error: unknown) => say(String(error));
  const postgres = await openJournal({ kind: 'postgres', url: await server.fresh() }, complain);
  const pglite = await openJournal({ kind: 'pglite', folder: join(folder, 'data') }, complain);
  const cases = [await bareProbot(), doorOn('postgres', postgres, complain), doorOn('pglite', pglite, complain)];
  try {
    const rounds: Record<Case['name'], Load[]> = { probot: [], postgres: [], pglite: [] };
    let lost = 0;
    for (let round = 0; round <= ROUNDS; round++)
      for (const one of cases) {
        const before = await one.stored();
        const load = await measure(one.listener, file, round === 0 ? 1 : SECONDS);
        const stored = (await one.stored()) - before;
        if (one.name !== 'probot') lost += Math.max(0, load.acknowledged - stored);
        // The first round only warms up.
        if (round === 0) continue;
        rounds[one.name].push(load);
        say(
          `${one.name.padEnd(9)} ${Math.round(load.perSecond)}/s  p50 ${load.p50} ms  p99 ${load.p99} ms  refused ${load.refused}`,
        );
      }
    const ratio = (name: 'postgres' | 'pglite') =>
      median(rounds[name].map(({ perSecond }, round) => perSecond / (rounds.probot[round]?.perSecond ?? Number.NaN)));
    const [probot, onPostgres, onPglite] = [rounds.probot, rounds.postgres, rounds.pglite].map(middle);
    if (!probot || !onPostgres || !onPglite) throw new Error('a case was not measured');
    return {
      ratioPostgres: round2(ratio('postgres')),
      ratioPglite: round2(ratio('pglite')),
      perSecond: onPostgres.perSecond,
      p50Ms: onPostgres.p50,
      p99Ms: onPostgres.p99,
      lost,
      payloadBytes: Buffer.byteLength(payloads[0]?.body ?? ''),
      probot,
      postgres: onPostgres,
      pglite: onPglite,
    };
  } finally {
    await postgres.close();
    await pglite.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function doorOn(name: 'postgres' | 'pglite', { db, enqueue }: Journal, onError: (error: unknown) => void): Case {
  const door = createDoor({ inbox: createInbox(db, enqueue), secrets: { current: SECRET }, onError });
  return {
    name,
    listener: (req, res) => void door(req, res),
    stored: async () => {
      const { count } = await db.selectFrom('inbox').select(db.fn.countAll().as('count')).executeTakeFirstOrThrow();
      return Number(count);
    },
  };
}

async function bareProbot(): Promise<Case> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const probot = new Probot({ appId: 1, privateKey, secret: SECRET, logLevel: 'fatal' });
  const middleware = await createNodeMiddleware((app) => app.onAny(() => {}), { probot, webhooksPath: '/' });
  return { name: 'probot', listener: (req, res) => void middleware(req, res), stored: async () => 0 };
}

async function measure(listener: RequestListener, file: string, seconds: number): Promise<Load> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const args = [join(import.meta.dirname, 'load.ts'), url, file, String(seconds), String(CONNECTIONS)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  return JSON.parse(stdout) as Load;
}

const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b);
const median = (numbers: number[]): number => sorted(numbers)[Math.floor(numbers.length / 2)] ?? Number.NaN;
/** The round whose rate is the median one: its latencies belong to it. */
const middle = (loads: Load[]): Load | undefined =>
  loads.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(loads.length / 2)];
const round2 = (number: number): number => Math.round(number * 100) / 100;
