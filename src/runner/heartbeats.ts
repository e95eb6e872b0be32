// Tells the control plane that this runner lives and hears from it whether it should go on.
import { Retryable } from '../errors.ts';
import { isRefused, type RunSession } from './control-plane.ts';
import type { Halt } from './halt.ts';
import type { JobLog } from './job-log.ts';
import type { Tracker } from './tracker.ts';

export type Heartbeats = { stop(): Promise<void> };

/**
 * The first one goes out at once. An unanswered one is only noted: the lease outlives several, and when it has run out
 * the next answer says so.
 */
export function startHeartbeats(
  session: Pick<RunSession, 'heartbeat'>,
  { halt, tracker, log, everySeconds }: { halt: Halt; tracker: Tracker; log: JobLog; everySeconds: number },
): Heartbeats {
  let stopped = false;
  let beating: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const beat = async () => {
    try {
      const answer = await session.heartbeat(tracker.now());
      if (isRefused(answer)) {
        const { status, detail } = answer.refused;
        if (status === 401 || status === 409) halt.stop({ kind: 'lost', why: detail });
        else log.line(`A heartbeat was refused with ${status}: ${detail}`);
      } else if (answer.order === 'cancel') halt.stop({ kind: 'cancelled', why: answer.why });
    } catch (error) {
      if (!(error instanceof Retryable)) throw error;
      log.line(error.message);
    }
  };
  const next = () => {
    beating = beat()
      .catch((error: unknown) => halt.stop({ kind: 'lost', why: `Heartbeats failed: ${String(error)}` }))
      .then(() => {
        if (!stopped) timer = setTimeout(next, everySeconds * 1_000);
      });
  };
  next();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await beating;
    },
  };
}
