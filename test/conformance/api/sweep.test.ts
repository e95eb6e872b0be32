// The sweep's silence is seen where operators look: in /ready as degraded, in the metrics, and in the log as an alert.
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProbes, dependencies } from '../../../src/api/probes.ts';
import { announceRound, roundSucceeded } from '../../../src/journal/sweep-round.ts';
import { watch } from '../../../src/loop/sweep/watchdog.ts';
import { openSite, type Site, tokens } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());

const lines: object[] = [];
const say = (about: object) => void lines.push(about);
const log = { debug: say, info: say, warn: say, error: say };
const ready = async () => {
  const reader = { self: async () => ({ appId: 1, slug: 'gantry', botId: 2, botLogin: 'gantry[bot]' }) };
  const probes = createProbes(dependencies(site.journal, reader), { tokens, publicUrl: site.url });
  const answer = await probes.request('/ready', { headers: { authorization: 'Bearer a-reading-token' } });
  return { ...((await answer.json()) as { dependencies: Record<string, string> }), status: answer.status };
};

test('a round that is heard of is no news; one that is silent is said, and does not take the replica out of service', async () => {
  const { db } = site.journal;
  await announceRound(db, 'heal', 60);
  await roundSucceeded(db, 'heal');
  await watch(db, log);
  expect(lines).toEqual([]);
  expect(await ready()).toMatchObject({ status: 200, dependencies: { sweep: 'ok' } });

  await db.updateTable('sweep_round').set({ succeeded_at: sql`clock_timestamp() - interval '181 seconds'` }).execute();
  await watch(db, log);
  expect(lines).toMatchObject([{ alert: 'sweep', round: 'heal', since: expect.any(String) }]);
  expect(await ready()).toMatchObject({ status: 200, dependencies: { sweep: 'degraded', database: 'ok' } });
  const metrics = await (await site.read('/metrics')).text();
  const seen = Number(/gantry_sweep_last_success_timestamp_seconds\{round="heal"\} ([\d.e+]+)/.exec(metrics)?.[1]);
  expect(Math.abs(Date.now() / 1_000 - 181 - seen)).toBeLessThan(30);
});
