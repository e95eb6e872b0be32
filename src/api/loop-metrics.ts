// How long work waits before this process takes it, and how often it is taken again.
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Watch } from '../loop/watch.ts';

/** From what NOTIFY gives (p50 9 ms) over the backstop poll (1 s) to an outage. */
const buckets = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export function watchLoop(registry: Registry): Watch {
  const registers = [registry];
  const waits = new Histogram({
    name: 'gantry_queue_wait_seconds',
    help: 'How long a job was due before it was begun, by queue.',
    labelNames: ['queue'],
    buckets,
    registers,
  });
  const attempts = new Counter({
    name: 'gantry_queue_attempts_total',
    help: 'Jobs begun by this process, by queue; again: an earlier attempt failed or was put off.',
    labelNames: ['queue', 'attempt'],
    registers,
  });
  const lag = new Histogram({
    name: 'gantry_webhook_lag_seconds',
    help: 'From the arrival of a delivery to its facts.',
    buckets,
    registers,
  });
  return {
    begun(queue, waited, again) {
      waits.observe({ queue }, Math.max(0, waited));
      attempts.inc({ queue, attempt: again ? 'again' : 'first' });
    },
    translated: (seconds) => lag.observe(Math.max(0, seconds)),
  };
}
