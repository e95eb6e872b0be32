// What may go and when: old payloads, deliveries, artifacts that nothing names, single model calls. Small steps, each a
// transaction of its own, so that a webhook never waits for more than one of them.
import { sql } from 'kysely';
import { compactClosed } from './compact.ts';
import type { Db } from './tables.ts';

/**
 * Days by the database's clock. GitHub shows the payload of a delivery for a month and redelivers it for days: `payload` is
 * that month, `delivery` (the GUID alone) three times as long. `closedStream` is half a year, for who asks about a past quarter.
 */
export const keptDays = { payload: 30, delivery: 90, artifact: 30, modelCall: 30, closedStream: 180 } as const;

/** Rows of one step. Payloads are up to 4 MB each, so fewer of them. */
const most = { payload: 20, delivery: 500, artifact: 20, modelCall: 50 } as const;

export type Retained = Record<keyof typeof keptDays, number>;

/** Expires everything that is due. Stops between two steps when `signal` is aborted; `failed` hears of a stream that could not be compacted. */
export async function retain(
  db: Db,
  signal: AbortSignal,
  failed: (stream: string, error: unknown) => void,
): Promise<Retained> {
  return {
    payload: await untilNone(signal, () => expirePayloads(db)),
    delivery: await untilNone(signal, () => expireDeliveries(db)),
    modelCall: await untilNone(signal, () => sumModelCalls(db)),
    closedStream: await compactClosed(db, keptDays.closedStream, signal, failed),
    artifact: await untilNone(signal, () => expireArtifacts(db)),
  };
}

async function untilNone(signal: AbortSignal, step: () => Promise<number>): Promise<number> {
  let all = 0;
  for (let done = 1; done > 0 && !signal.aborted; all += done) done = await step();
  return all;
}

const before = (days: number) => sql<Date>`clock_timestamp() - ${days} * interval '1 day'`;

/** The bytes of a commit group in which nothing waits to be translated. Its deliveries stay known by their GUID. */
const expirePayloads = async (db: Db): Promise<number> =>
  numberOf(
    await db
      .deleteFrom('inbox_batch')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('inbox_batch as old')
          .select('old.id')
          .where('old.at', '<', before(keptDays.payload))
          .where(({ not, exists, selectFrom }) =>
            not(
              exists(
                selectFrom('inbox')
                  .select('guid')
                  .whereRef('inbox.batch', '=', 'old.id')
                  .where('inbox.state', '=', 'stored'),
              ),
            ),
          )
          .orderBy('old.id')
          .limit(most.payload),
      )
      .executeTakeFirst(),
  );

/** The oldest by their group, whose ids rise: no index of its own, so that storing a delivery costs nothing more. */
const expireDeliveries = async (db: Db): Promise<number> =>
  numberOf(
    await db
      .deleteFrom('inbox')
      .where('guid', 'in', (eb) =>
        eb
          .selectFrom((inner) =>
            inner.selectFrom('inbox').selectAll().orderBy('batch').limit(most.delivery).as('oldest'),
          )
          .select('oldest.guid')
          .where('oldest.received_at', '<', before(keptDays.delivery))
          .where('oldest.state', '<>', 'stored'),
      )
      .executeTakeFirst(),
  );

/** Who stores bytes again makes them young first, and a name that is given meanwhile makes the deletion fail: nothing named is lost. */
const expireArtifacts = async (db: Db): Promise<number> =>
  numberOf(
    await db
      .deleteFrom('artifact')
      .where('digest', 'in', (eb) =>
        eb
          .selectFrom('artifact as old')
          .select('old.digest')
          .where('old.at', '<', before(keptDays.artifact))
          .where(({ not, exists, selectFrom }) =>
            not(exists(selectFrom('artifact_ref').select('stream').whereRef('artifact_ref.digest', '=', 'old.digest'))),
          )
          .limit(most.artifact)
          .forUpdate()
          .skipLocked(),
      )
      .executeTakeFirst(),
  );

/**
 * The settled calls of a run that ended long ago, in the oldest one's row. Budgets sum over a ticket's whole life and read the
 * same afterwards. Whoever adds a number to model_call adds it here; a test compares the sums of all of them.
 */
async function sumModelCalls(db: Db): Promise<number> {
  const { rows } = await sql`
    with due as (
      select model_call.run, min(model_call.id) as kept from model_call join run on run.id = model_call.run
      where run.finished_at < ${before(keptDays.modelCall)} and model_call.settled is not null
      group by model_call.run having count(*) > 1 limit ${most.modelCall}),
    sums as (
      select due.kept, sum(calls) as calls, sum(reserved) as reserved, sum(settled) as settled,
        sum(reserved_micros) as reserved_micros, sum(settled_micros) as settled_micros, bool_or(spent) as spent,
        jsonb_build_object(
          'inputTokens', coalesce(sum((call->>'inputTokens')::bigint), 0),
          'outputTokens', coalesce(sum((call->>'outputTokens')::bigint), 0),
          'costUsd', sum((call->>'costUsd')::numeric)) as call
      from model_call join due using (run) where model_call.settled is not null group by due.kept),
    gone as (
      delete from model_call using due
      where model_call.run = due.run and model_call.settled is not null and model_call.id <> due.kept)
    update model_call
    set calls = sums.calls, reserved = sums.reserved, settled = sums.settled,
      reserved_micros = sums.reserved_micros, settled_micros = sums.settled_micros, spent = sums.spent, call = sums.call
    from sums where model_call.id = sums.kept returning model_call.id`.execute(db);
  return rows.length;
}

const numberOf = (done: { numDeletedRows: bigint }): number => Number(done.numDeletedRows);
