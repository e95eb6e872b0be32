// Who looks for a job when one has arrived, so that a backlog is worked off without waiting for polls and without looking in vain.
import type { PgBoss, WipData } from 'pg-boss';

/**
 * pg-boss wakes every worker of a queue for each job that arrives, and of eight seven look in vain; on PGlite everything else waits
 * for them. From here on one that has nothing to do is woken; where all are busy they look again. To be called before `boss.start`.
 */
export function wakeOneEach(boss: PgBoss): void {
  const db = boss.getDb();
  const listen = db.listen?.bind(db);
  if (!listen) return;
  db.listen = (channel, _, again) =>
    listen(
      channel,
      (queue) => {
        if (!wakeIdle(boss, queue)) lookAfter(boss, queue);
      },
      again,
    );
}

/**
 * To be called with as many jobs in hand as were asked for: there may be more. Who has some looks once more when they have ended,
 * and one more worker looks now. A look that brings nothing, or only jobs over a limit, leads to no other.
 */
export function lookOn(boss: PgBoss, queue: string): void {
  lookAfter(boss, queue);
  wakeIdle(boss, queue);
}

const of = (boss: PgBoss, queue: string): WipData[] =>
  boss.getWipData().filter(({ name, state }) => name === queue && state === 'active');

function lookAfter(boss: PgBoss, queue: string): void {
  for (const { id, count } of of(boss, queue)) if (count > 0) boss.notifyWorker(id);
}

/** False where nobody is idle. */
function wakeIdle(boss: PgBoss, queue: string): boolean {
  const idle = of(boss, queue).find(({ count }) => count === 0);
  if (idle) boss.notifyWorker(idle.id);
  return idle !== undefined;
}
