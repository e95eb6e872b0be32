// What the model gateway adds to a call: the same request straight to a scripted provider and through the gateway, in turn.
import { agents } from '../adapters/agent/index.ts';
import { createPlainTracer } from '../adapters/tracer/plain.ts';
import { startGatewayRole } from '../src/api/gateway-role.ts';
import { ticketStream } from '../src/facts/stream.ts';
import { hashRunToken, mintRunToken } from '../src/intake/runner/run-token.ts';
import { admit } from '../src/journal/admit.ts';
import { append } from '../src/journal/append.ts';
import type { Journal } from '../src/journal/database.ts';
import { takeLease } from '../src/journal/lease.ts';
import { createLog } from '../src/log.ts';
import { startModelServer } from '../test/model/server.ts';
import { anAssignment } from '../test/world/an-assignment.ts';
import { percentile, round1, timed } from './numbers.ts';
import { onBoth } from './on-both.ts';

const CALLS = 300;
const AT_ONCE = 16;
const key = 'a-key-for-the-benchmark';

/** `overheadMs` is the middle call through the gateway less the middle one without; `perSecond` with 16 at once. */
export type GatewayResult = Record<
  'postgres' | 'pglite',
  { directMs: number; gatewayMs: number; overheadMs: number; overheadP99Ms: number; perSecond: number; ratio: number }
>;

export const benchGateway = (say: (line: string) => void): Promise<GatewayResult> => onBoth(say, measure);

async function measure(journal: Journal, say: (line: string) => void): Promise<GatewayResult['pglite']> {
  const provider = await startModelServer({ script: () => ({ say: 'Hi.' }), key });
  const role = await startGatewayRole({
    journal,
    agents,
    providers: [{ protocol: 'openai-responses', baseUrl: provider.url, key }],
    tracer: createPlainTracer(),
    http: { port: 0, host: '127.0.0.1' },
    log: createLog('silent'),
  });
  try {
    const tokens = await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => claimed(journal, n + 1)));
    let asked = 0;
    const call = (base: string, bearer: string) => async () => {
      const answer = await fetch(`${base}/responses`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
        body: JSON.stringify({ model: 'gpt-5.5', stream: true, input: `Hello, for the ${++asked}th time.` }),
      });
      const text = await answer.text();
      if (answer.status !== 200 || !text.includes('response.completed')) throw new Error(`${answer.status}: ${text}`);
    };
    const direct = call(`${provider.url}/v1`, key);
    const through = tokens.map((token) => call(`${role.url}/runner/model/openai-responses/v1`, token));
    const one = through[0] ?? direct;
    for (let n = 0; n < 20; n++) await Promise.all([direct(), one()]);

    const times = { direct: [] as number[], gateway: [] as number[] };
    for (let n = 0; n < CALLS; n++) {
      times.direct.push(await timed(direct));
      times.gateway.push(await timed(one));
    }
    const rates = { direct: await perSecond(() => direct), gateway: await perSecond((n) => through[n] ?? one) };
    const [directMs, gatewayMs] = [percentile(times.direct, 0.5), percentile(times.gateway, 0.5)];
    const result = {
      directMs: round1(directMs),
      gatewayMs: round1(gatewayMs),
      overheadMs: round1(gatewayMs - directMs),
      overheadP99Ms: round1(percentile(times.gateway, 0.99) - percentile(times.direct, 0.99)),
      perSecond: Math.round(rates.gateway),
      ratio: Math.round((rates.gateway / rates.direct) * 100) / 100,
    };
    say(`+${result.overheadMs} ms a call, ${result.perSecond}/s, ${result.ratio} of the provider alone`);
    return result;
  } finally {
    await role.close();
    await provider.close();
    await journal.close();
  }
}

/** A run of its own with a token. */
async function claimed({ db, enqueue }: Journal, number: number): Promise<string> {
  const run = `42-${number}-1`;
  const stream = ticketStream(42, number);
  const repository = { installation: 1, id: 42, owner: 'acme', name: 'app' };
  const budget = { wallSeconds: 3_600, tokens: 1e9, ticketTokens: 1e9, calls: 1e6 };
  const token = mintRunToken();
  const by = { workflowRun: number, identity: `job-${number}`, tokenHash: hashRunToken(token), seconds: 3_600 };
  await db
    .transaction()
    .execute((tx) => append(tx, enqueue, { stream, repository, key: stream, fact: { type: 'Woken' } }));
  const assignment = { ...anAssignment(run), budget };
  await admit(db, { id: run, stream, repo: 42, assignment, seconds: 3_600 }, { repository: 100, total: 100 });
  await db.transaction().execute((tx) => takeLease(tx, run, by));
  return token;
}

async function perSecond(workOf: (n: number) => () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async (_, n) => {
      for (let done = 0; done < CALLS / AT_ONCE; done++) await workOf(n)();
    }),
  );
  return CALLS / ((performance.now() - from) / 1_000);
}
