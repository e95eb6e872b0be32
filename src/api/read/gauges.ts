// The journal in numbers, by labels from fixed lists. Each is one statement over an index or a small table.
import { FailureClass, RunState, Stage } from '../../facts/run.ts';
import { TicketStage } from '../../facts/stage.ts';
import type { DeliveryState } from '../../journal/inbox-tables.ts';
import type { Db } from '../../journal/tables.ts';

export type Sample = { labels: Record<string, string>; value: number };

const deliveryStates = ['stored', 'translated', 'ignored', 'failed'] as const satisfies readonly DeliveryState[];
const ticketStages = TicketStage.options.map(({ shape }) => shape.name.value);

const sample = (labels: Record<string, string>, value: unknown): Sample => ({ labels, value: Number(value ?? 0) });

/** Never negative: a row may be younger than the statement that reads the clock. */
const secondsSince = (then: Date | string | null, now: Date | string): number =>
  then === null ? 0 : Math.max(0, (new Date(now).getTime() - new Date(then).getTime()) / 1_000);

export async function deliveries(db: Db): Promise<Sample[]> {
  const rows = await db
    .selectFrom('inbox')
    .select(({ fn }) => ['state', fn.countAll().as('count')])
    .groupBy('state')
    .execute();
  return deliveryStates.map((state) => sample({ state }, rows.find((row) => row.state === state)?.count));
}

/** `oldest`: seconds since the oldest one arrived, by the database's clock; 0 where none is pending. */
export async function pendingFacts(db: Db): Promise<{ count: number; oldest: number }> {
  const row = await db
    .selectFrom('fact')
    .select(({ fn }) => [
      fn.countAll().as('count'),
      fn.min<Date | null>('at').as('oldest'),
      fn<Date>('clock_timestamp', []).as('now'),
    ])
    .where('seq', 'is', null)
    .where('set_aside', '=', false)
    .executeTakeFirstOrThrow();
  return { count: Number(row.count), oldest: secondsSince(row.oldest, row.now) };
}

export async function runs(db: Db): Promise<Sample[]> {
  const rows = await db
    .selectFrom('run')
    .select(({ fn }) => ['stage', 'state', fn.countAll().as('count')])
    .groupBy(['stage', 'state'])
    .execute();
  const countOf = (stage: Stage, state: RunState) =>
    rows.find((row) => row.stage === stage && row.state === state)?.count;
  return Stage.options.flatMap((stage) =>
    RunState.options.map((state) => sample({ stage, state }, countOf(stage, state))),
  );
}

export async function failures(db: Db): Promise<Sample[]> {
  const classes = db
    .selectFrom('run')
    .select(({ fn, val }) => fn<string | null>('jsonb_extract_path_text', ['outcome', val('class')]).as('class'))
    .where('state', '=', 'failed')
    .as('failed');
  const rows = await db
    .selectFrom(classes)
    .select(({ fn }) => ['class', fn.countAll().as('count')])
    .groupBy('class')
    .execute();
  return FailureClass.options.map((name) => sample({ class: name }, rows.find((row) => row.class === name)?.count));
}

export async function openTickets(db: Db): Promise<Sample[]> {
  const stages = db
    .selectFrom('stream')
    .select(({ fn, val }) =>
      fn<string | null>('jsonb_extract_path_text', ['state', val('stage'), val('name')]).as('stage'),
    )
    .where('kind', '=', 'ticket')
    .where('open', '=', true)
    .as('open');
  const rows = await db
    .selectFrom(stages)
    .select(({ fn }) => ['stage', fn.countAll().as('count')])
    .groupBy('stage')
    .execute();
  return ticketStages.map((stage) => sample({ stage }, rows.find((row) => row.stage === stage)?.count));
}

/** As settled by the gateway; what is reserved for calls under way is a number of its own. */
export async function modelTokens(
  db: Db,
): Promise<{ input: number; output: number; reserved: number; micros: number }> {
  const row = await db
    .selectFrom('model_call')
    .select(({ fn, val, cast }) => {
      const tokensOf = (key: string) => cast<number>(fn('jsonb_extract_path_text', ['call', val(key)]), 'bigint');
      return [
        fn.sum<string | null>(tokensOf('inputTokens')).as('input'),
        fn.sum<string | null>(tokensOf('outputTokens')).as('output'),
        fn.sum<string | null>('reserved').filterWhere('settled', 'is', null).as('reserved'),
        fn.sum<string | null>('settled_micros').as('micros'),
      ];
    })
    .executeTakeFirstOrThrow();
  return {
    input: Number(row.input ?? 0),
    output: Number(row.output ?? 0),
    reserved: Number(row.reserved ?? 0),
    micros: Number(row.micros ?? 0),
  };
}

/** Of live runs: the sum of their budgets, and what their calls used or have reserved. */
export async function liveBudget(db: Db): Promise<{ allowed: number; used: number }> {
  const live = db.selectFrom('run').where('state', 'in', ['queued', 'claimed', 'running'] satisfies RunState[]);
  const { allowed } = await live
    .select(({ fn, val, cast }) => {
      const tokens = fn('jsonb_extract_path_text', ['assignment', val('budget'), val('tokens')]);
      return fn.sum<string | null>(cast<number>(tokens, 'bigint')).as('allowed');
    })
    .executeTakeFirstOrThrow();
  const { used } = await db
    .selectFrom('model_call')
    .select(({ fn }) => fn.sum<string | null>(fn.coalesce('settled', 'reserved')).as('used'))
    .where('run', 'in', live.select('id'))
    .executeTakeFirstOrThrow();
  return { allowed: Number(allowed ?? 0), used: Number(used ?? 0) };
}

/** pg-boss's table as far as it is read here. The order of the states is theirs: created, retry, active, … */
type JobTable = { name: string; state: string; start_after: Date };

/** Jobs that nobody has taken yet, by queue: how many were tried before, and for how many seconds the oldest one is due. */
export async function waitingJobs(db: Db): Promise<Map<string, { retried: number; oldest: number }>> {
  const rows = await db
    .withTables<{ job: JobTable }>()
    .withSchema('pgboss')
    .selectFrom('job')
    .select(({ fn }) => [
      'name',
      fn.countAll().filterWhere('state', '=', 'retry').as('retried'),
      fn.min<Date | null>('start_after').as('due'),
      fn<Date>('clock_timestamp', []).as('now'),
    ])
    .where('state', '<', 'active')
    .groupBy('name')
    .execute();
  return new Map(
    rows.map(({ name, retried, due, now }) => [name, { retried: Number(retried), oldest: secondsSince(due, now) }]),
  );
}
