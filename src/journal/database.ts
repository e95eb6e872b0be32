// One Kysely and one pg-boss on the same database: PGlite in this process, or a Postgres server.
import type { PGlite } from '@electric-sql/pglite';
import { sql } from 'kysely';
import { fromPglite, PgBoss } from 'pg-boss';
import { type Enqueue, enqueueWith, type Queue } from './enqueue.ts';
import { migrate } from './migrate.ts';
import { openDatabase, type Where } from './open-database.ts';
import type { Db } from './tables.ts';
import { wakeOneEach } from './wake.ts';

export type { Where } from './open-database.ts';

export type Journal = {
  db: Db;
  boss: PgBoss;
  enqueue: Enqueue;
  where: Where['kind'];
  /** Rejects when the database does not answer. */
  ping(): Promise<unknown>;
  close(): Promise<void>;
};

/** Seconds after which a job that is being worked on counts as lost; above every effect's own time-out. */
const expireInSeconds = { translate: 60, react: 60, perform: 300, converge: 120, offer: 60 } satisfies Record<
  Queue,
  number
>;

/** Seconds without a sign of life of a worker after which its job is somebody else's: it was killed. pg-boss allows no less. */
const heartbeatSeconds = 10;

/** How long jobs under way may take to end: with the listener's 5 s it stays below the 30 s that orchestrators give. */
const graceMs = 15_000;

/** Opens, migrates and warms. `onError` hears what happens outside a call: a lost connection does not end the process. */
export async function openJournal(where: Where, onError: (error: unknown) => void): Promise<Journal> {
  const { db, pglite, close } = await openDatabase(where, onError);
  await migrate(db);
  const common = { useListenNotify: true, superviseIntervalSeconds: 1, monitorIntervalSeconds: 1, schedule: false };
  const boss = new PgBoss(
    where.kind === 'postgres'
      ? { ...common, connectionString: where.url, max: 8 }
      : { ...common, backend: 'pglite', db: fromPglite(pglite as PGlite) },
  );
  boss.on('error', onError);
  wakeOneEach(boss);
  await boss.start();
  await makeQueues(boss);
  return {
    db,
    boss,
    enqueue: enqueueWith(boss),
    where: where.kind,
    ping: () => sql`select 1`.execute(db),
    async close() {
      // What does not end in time is put back for another replica, which asks first whether it happened.
      await boss.stop({ graceful: true, timeout: graceMs });
      await close();
    },
  };
}

/** Made once and never changed: on PGlite any send after an update of its queue waits for ever. */
async function makeQueues(boss: PgBoss): Promise<void> {
  const known = new Set((await boss.getQueues()).map((queue) => queue.name));
  const make = async (name: string, options: Parameters<PgBoss['createQueue']>[1]) => {
    if (!known.has(name)) await boss.createQueue(name, options);
  };
  await make('dead', { notify: true });
  for (const [name, seconds] of Object.entries(expireInSeconds)) {
    await make(name, {
      notify: true,
      expireInSeconds: seconds,
      heartbeatSeconds,
      retryLimit: 5,
      retryDelay: 1,
      retryBackoff: true,
      deadLetter: 'dead',
    });
  }
  // Fills pg-boss's cache: the first send inside one of our transactions must not need a query of its own.
  for (const name of [...Object.keys(expireInSeconds), 'dead'])
    await boss.findJobs(name, { id: '00000000-0000-0000-0000-000000000000' });
}
