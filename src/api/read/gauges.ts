// The journal in numbers, by labels from fixed lists. Each is one statement over an index or a small table.
import { sql } from 'kysely';
import { FailureClass, RunState, Stage } from '../../facts/run.ts';
import { TicketStage } from '../../facts/stage.ts';
import type { DeliveryState } from '../../journal/inbox-tables.ts';
import type { Db } from '../../journal/tables.ts';

export type Sample = { labels: Record<string, string>; value: number };

export const deliveryStates = ['stored', 'translated', 'ignored', 'failed'] as const satisfies readonly DeliveryState[];
export const ticketStages = TicketStage.options.map(({ shape }) => shape.name.value);

const countOf = sql<string | number>`count(*)`;
const sample = (labels: Record<string, string>, value: string | number): Sample => ({ labels, value: Number(value) });

export async function deliveries(db: Db): Promise<Sample[]> {
  const rows = await db
    .selectFrom('inbox')
    .select(['state', countOf.as('count')])
    .groupBy('state')
    .execute();
  return deliveryStates.map((state) => sample({ state }, rows.find((row) => row.state === state)?.count ?? 0));
}

/** `oldest`: seconds since the oldest one arrived; 0 where none is pending. */
export async function pendingFacts(db: Db): Promise<{ count: number; oldest: number }> {
  const row = await db
    .selectFrom('fact')
    .select([
      countOf.as('count'),
      sql<string | number>`coalesce(extract(epoch from clock_timestamp() - min(at)), 0)`.as('oldest'),
    ])
    .where('seq', 'is', null)
    .executeTakeFirstOrThrow();
  return { count: Number(row.count), oldest: Math.max(0, Number(row.oldest)) };
}

export async function runs(db: Db): Promise<Sample[]> {
  const rows = await db
    .selectFrom('run')
    .select(['stage', 'state', countOf.as('count')])
    .groupBy(['stage', 'state'])
    .execute();
  return Stage.options.flatMap((stage) =>
    RunState.options.map((state) =>
      sample({ stage, state }, rows.find((row) => row.stage === stage && row.state === state)?.count ?? 0),
    ),
  );
}

export async function failures(db: Db): Promise<Sample[]> {
  const rows = await db
    .selectFrom('run')
    .select([sql<string | null>`outcome->>'class'`.as('class'), countOf.as('count')])
    .where('state', '=', 'failed')
    .groupBy(sql`outcome->>'class'`)
    .execute();
  return FailureClass.options.map((name) =>
    sample({ class: name }, rows.find((row) => row.class === name)?.count ?? 0),
  );
}

export async function openTickets(db: Db): Promise<Sample[]> {
  const rows = await db
    .selectFrom('stream')
    .select([sql<string | null>`state->'stage'->>'name'`.as('stage'), countOf.as('count')])
    .where('kind', '=', 'ticket')
    .where('open', '=', true)
    .groupBy(sql`state->'stage'->>'name'`)
    .execute();
  return ticketStages.map((stage) => sample({ stage }, rows.find((row) => row.stage === stage)?.count ?? 0));
}

/** As settled by the gateway; what is reserved for calls under way is a number of its own. */
export async function modelTokens(db: Db): Promise<{ input: number; output: number; reserved: number }> {
  const row = await db
    .selectFrom('model_call')
    .select([
      sql<string | number>`coalesce(sum((call->>'inputTokens')::bigint), 0)`.as('input'),
      sql<string | number>`coalesce(sum((call->>'outputTokens')::bigint), 0)`.as('output'),
      sql<string | number>`coalesce(sum(reserved) filter (where settled is null), 0)`.as('reserved'),
    ])
    .executeTakeFirstOrThrow();
  return { input: Number(row.input), output: Number(row.output), reserved: Number(row.reserved) };
}

/** Jobs that nobody has taken yet, by queue: how many were tried before, and for how many seconds the oldest one is due. */
export async function waitingJobs(db: Db): Promise<Map<string, { retried: number; oldest: number }>> {
  const { rows } = await sql<{ name: string; retried: string | number; oldest: string | number }>`
    select name, count(*) filter (where state = 'retry') as retried,
      greatest(0, coalesce(extract(epoch from clock_timestamp() - min(start_after)), 0)) as oldest
    from pgboss.job where state < 'active' group by name`.execute(db);
  return new Map(rows.map(({ name, retried, oldest }) => [name, { retried: Number(retried), oldest: Number(oldest) }]));
}
