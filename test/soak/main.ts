// `npm run soak [-- --minutes 10 --seed 1 --json]`: tickets keep flowing on the local world while random faults happen.
// Every ticket must end merged, and memory and handles must stay flat; both are reported, and a lost ticket is exit code 1.
import { parseArgs } from 'node:util';
import { createBubblewrap } from '../../adapters/sandbox/bubblewrap.ts';
import { seeded } from '../scenarios/seeded.ts';
import { openScene } from '../scene/scene.ts';
import { disturb } from './disturb.ts';
import { slopePerMinute } from './slope.ts';
import { playTicket, type TicketEnd } from './ticket.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean', default: false },
  },
});
const minutes = Number(values.minutes);
const random = seeded(Number(values.seed));
const say = (line: string) => process.stderr.write(`${line}\n`);
const box = await createBubblewrap().available();
say(`seed ${values.seed}, ${minutes} minutes, ${box.ok ? 'in boxes' : 'WITHOUT BOXES'}`);

const scene = await openScene({ fake: true, agentsDir: '/unused', sandbox: box.ok ? 'bubblewrap' : 'none' });
const started = performance.now();
const elapsed = () => (performance.now() - started) / 60_000;
const samples: { minute: number; heapMb: number; rssMb: number; handles: number }[] = [];
const sample = () => {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const mb = (bytes: number) => Math.round(bytes / 1_048_576);
  const handles = process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate').length;
  samples.push({ minute: elapsed(), heapMb: mb(heapUsed), rssMb: mb(rss), handles });
};
const sampling = setInterval(sample, 5_000);
const disturbing = disturb(scene, random);
const ends: TicketEnd[] = [];
while (elapsed() < minutes) {
  const end = await playTicket(scene, ends.length + 1);
  ends.push(end);
  say(`${elapsed().toFixed(1)} min  ticket ${ends.length}: ${end.stage} after ${Math.round(end.seconds)} s`);
}
const faults = disturbing.stop();
clearInterval(sampling);
sample();

// The first ticket warms caches up; what comes after it must be flat.
const steady = samples.filter(({ minute }) => minute > Math.min(1, minutes / 4));
const slope = (key: 'heapMb' | 'rssMb' | 'handles') => slopePerMinute(steady.map((one) => [one.minute, one[key]]));
const report = {
  seed: Number(values.seed),
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
  worldErrors: scene.world.errors.map(String),
  violations: scene.world.violations.length,
};
say(
  `${report.merged} of ${report.tickets} tickets merged in ${report.minutes} min, ${faults.total} faults; ` +
    `heap ${report.heapMb.slopePerMinute} MB/min, handles ${report.handles.slopePerMinute}/min`,
);
console.log(JSON.stringify(report, null, values.json ? 0 : 2));
process.exitCode = report.lost.length > 0 || report.worldErrors.length > 0 ? 1 : 0;
await scene.close();
process.exit();
