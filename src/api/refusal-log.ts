// What the runner's door refused, for an operator. A run's requests are told one by one; those of nobody known can come from
// anybody and in any number: each is counted, and the log has one line a minute of them.
import type { Logger } from 'pino';
import type { RunnerDoorDeps } from '../intake/runner/deps.ts';
import type { Metrics } from './metrics.ts';

const quietMs = 60_000;

export function createRefusalLog(
  log: Pick<Logger, 'warn'>,
  metrics: Pick<Metrics, 'strangerRefused'>,
  now: () => number = Date.now,
): Required<Pick<RunnerDoorDeps, 'onRefused' | 'onStranger'>> {
  let quietUntil = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return {
    onRefused: (why, run) => log.warn({ run_id: run, why }, 'a write of a run was refused'),
    onStranger(at, why) {
      metrics.strangerRefused(at);
      untold += 1;
      if (now() < quietUntil) return;
      log.warn({ why, refused: untold }, "requests at the runner's door were refused; this is the newest of them");
      quietUntil = now() + quietMs;
      untold = 0;
    },
  };
}
