// `npm run soak [-- --minutes 10 --seed 1 --database postgres --json]`: tickets keep flowing
// on the local world while random faults happen. Every ticket must end merged, and memory and handles of Gantry, which is a
// process of its own, must stay flat: both are reported, and a lost ticket is exit code 1.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createBubblewrap } from '../../adapters/sandbox/bubblewrap.ts';
import { seeded } from '../scenarios/seeded.ts';
import { appChild } from '../scene/app-child.ts';
import { openScene } from '../scene/scene.ts';
import { startPostgres } from '../world/postgres.ts';
import { disturb } from './disturb.ts';
import { slopePerMinute } from './slope.ts';
import { playTicket, type TicketEnd } from './ticket.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    database: { type: 'string', default: 'pglite' },
    json: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const random = seeded(Number(values.seed));
const say = (line: string) => process.stderr.write(`${line}\n`);
const box = await createBubblewrap().available();
say(`seed ${values.seed}, ${minutes} minutes, ${box.ok ? 'in boxes' : 'WITHOUT BOXES'}`);

const scene = await openScene({ fake: true, agentsDir: '/unused', sandbox: box.ok ? 'bubblewrap' : 'none' });
await scene.app.close();
const folder = mkdtempSync(path.join(os.tmpdir(), 'gantry-soak-'));
const server = values.database === 'postgres' ? await startPostgres() : undefined;
const gantry = appChild(scene, {
  where: server ? { kind: 'postgres', url: await server.fresh() } : { kind: 'pglite', folder },
  port: Number(new URL(scene.app.url).port),
  folder,
});
await gantry.start();
const started = performance.now();
const elapsed = () => (performance.now() - started) / 60_000;
const samples: { minute: number; heapMb: number; rssMb: number; handles: number }[] = [];
const sample = async () => {
  const { heap, rss, handles } = await gantry.size();
  const mb = (bytes: number) => Math.round((bytes / 1_048_576) * 10) / 10;
  samples.push({ minute: elapsed(), heapMb: mb(heap), rssMb: mb(rss), handles });
};
const disturbing = disturb(scene, random);
const ends: TicketEnd[] = [];
while (elapsed() < minutes) {
  const end = await playTicket(scene, ends.length + 1);
  ends.push(end);
  await sample();
  say(`${elapsed().toFixed(1)} min  ticket ${ends.length}: ${end.stage} after ${Math.round(end.seconds)} s`);
}
const faults = disturbing.stop();

// After each ticket; the first fifth warms caches up, what comes after it must be flat.
const steady = samples.filter(({ minute }) => minute > minutes / 5);
const slope = (key: 'heapMb' | 'rssMb' | 'handles') => slopePerMinute(steady.map((one) => [one.minute, one[key]]));
const report = {
  seed: Number(values.seed),
  database: values.database,
  minutes: Math.round(elapsed() * 10) / 10,
  tickets: ends.length,
  merged: ends.filter(({ stage }) => stage === 'merged').length,
  /** Ended otherwise, or never. */
  lost: ends.filter(({ stage }) => stage !== 'merged'),
  secondsPerTicket: Math.round(ends.reduce((sum, { seconds }) => sum + seconds, 0) / Math.max(1, ends.length)),
  faults,
  heapMb: { last: samples.at(-1)?.heapMb, slopePerMinute: slope('heapMb') },
  rssMb: { last: samples.at(-1)?.rssMb, slopePerMinute: slope('rssMb') },
  handles: { last: samples.at(-1)?.handles, slopePerMinute: slope('handles') },
  samples,
  worldErrors: scene.world.errors.map(String),
  violations: scene.world.violations.length,
};
say(
  `${report.merged} of ${report.tickets} tickets merged in ${report.minutes} min, ${faults.total} faults; ` +
    `heap ${report.heapMb.slopePerMinute} MB/min, handles ${report.handles.slopePerMinute}/min`,
);
console.log(JSON.stringify(report, null, values.json ? 0 : 2));
process.exitCode = report.lost.length > 0 || report.worldErrors.length > 0 ? 1 : 0;
await gantry.end('SIGTERM');
await server?.stop();
rmSync(folder, { recursive: true, force: true });
await scene.close();
process.exit();
