// What the loop counts of its own work, for metrics. Seconds are the database's.
import type { Queue } from '../journal/enqueue.ts';

export type WorkedQueue = Queue | 'dead';

export type Watch = {
  /** A job was begun. `waited`: since it was due. `again`: an earlier attempt failed or was put off. */
  begun(queue: WorkedQueue, waited: number, again: boolean): void;
  /** A delivery was read. `lag`: since it arrived. */
  translated(lag: number): void;
};
