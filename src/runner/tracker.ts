// What a run is doing right now, for heartbeats.
import type { Progress } from '../intake/runner/wire.ts';

export type Tracker = {
  at(step: Progress['step'], layer?: string): void;
  count(what: 'events' | 'commands' | 'modelCalls'): void;
  /** Something happened that shows work, not just life. */
  moved(): void;
  now(): Progress;
};

export function createTracker(): Tracker {
  const progress: Progress = { step: 'provision', events: 0, commands: 0, modelCalls: 0, lastActivity: null };
  const moved = () => {
    progress.lastActivity = new Date().toISOString();
  };
  return {
    at(step, layer) {
      progress.step = step;
      if (layer === undefined) delete progress.layer;
      else progress.layer = layer;
      moved();
    },
    count(what) {
      progress[what]++;
      moved();
    },
    moved,
    now: () => ({ ...progress }),
  };
}
