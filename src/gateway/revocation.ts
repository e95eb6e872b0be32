// A model call that is under way ends soon after its run has: a token that was revoked must not finish its answer.
import { readRun } from '../journal/lease.ts';
import type { Db } from '../journal/tables.ts';

/** Between two looks at the run; the promise is powerless within 60 s. */
const lookMs = 5_000;
const live = ['queued', 'claimed', 'running'];

/** One watch per live run, shared by its calls. */
export function createRevocation(db: Db, onError: (error: unknown) => void): (run: string) => AbortSignal {
  const watched = new Map<string, AbortController>();
  return (run) => {
    const known = watched.get(run);
    if (known) return known.signal;
    const controller = new AbortController();
    watched.set(run, controller);
    const look = async () => {
      const row = await readRun(db, run);
      if (row && live.includes(row.state)) return;
      clearInterval(timer);
      watched.delete(run);
      controller.abort();
    };
    const timer = setInterval(() => void look().catch(onError), lookMs);
    timer.unref();
    return controller.signal;
  };
}
