// Tells open tickets what keeps them still, and lifts controls whose time is up. Level-triggered: a round that was missed costs
// nothing but time, and enforcement never waits for it.
import { sql } from 'kysely';
import { type Standstill, strictest } from '../facts/control.ts';
import { AgentName } from '../facts/policy.ts';
import type { StreamId } from '../facts/stream.ts';
import { append } from '../journal/append.ts';
import { controlsInForce, liftExpired } from '../journal/control.ts';
import type { Journal } from '../journal/database.ts';
import type { Db } from '../journal/tables.ts';

/** Tickets that are told in one round; the rest follow a second later. */
const atOnce = 200;

type Known = { id: string; seq: number; repo: number; agent: string; control: number | undefined };

/** Returns how many tickets were told. */
export async function tellStandstill({ db, enqueue }: Pick<Journal, 'db' | 'enqueue'>): Promise<number> {
  await db.transaction().execute(liftExpired);
  const controls = await controlsInForce(db);
  const lifted = await db
    .selectFrom('control')
    .select('id')
    .where('lifted_at', 'is not', null)
    .where('told', '=', false)
    .execute();
  if (controls.length === 0 && lifted.length === 0) return 0;
  const late = (await openTickets(db)).flatMap((ticket) => {
    const standstill = strictest(controls, ticket);
    return standstill?.control === ticket.control ? [] : [{ ticket, standstill }];
  });
  const now = late.slice(0, atOnce);
  return db.transaction().execute(async (tx) => {
    let told = 0;
    for (const { ticket, standstill } of now) {
      const fresh = await append(tx, enqueue, {
        stream: ticket.id as StreamId,
        key: keyOf(ticket, standstill),
        fact: { type: 'StandstillChanged', ...(standstill && { standstill }) },
      });
      if (fresh) told++;
    }
    if (now.length === late.length && lifted.length > 0)
      await tx
        .updateTable('control')
        .set({ told: true })
        .where(
          'id',
          'in',
          lifted.map(({ id }) => id),
        )
        .execute();
    return told;
  });
}

/** The same until the ticket has folded it: told twice, it is told once. */
const keyOf = ({ id, seq, control }: Known, standstill: Standstill | undefined): string =>
  `${id}/standstill/${control ?? 'none'}>${standstill?.control ?? 'none'}@${seq}`;

async function openTickets(db: Db): Promise<Known[]> {
  const rows = await db
    .selectFrom('stream')
    .select([
      'id',
      'seq',
      'repo',
      sql<string | null>`state #>> '{policy,policy,agent}'`.as('agent'),
      sql<string | null>`state #>> '{standstill,control}'`.as('control'),
    ])
    .where('kind', '=', 'ticket')
    .where('open', '=', true)
    .orderBy('id')
    .execute();
  return rows.map(({ id, seq, repo, agent, control }) => ({
    id,
    seq,
    repo: Number(repo),
    agent: agent ?? AgentName.enum.codex,
    control: control === null ? undefined : Number(control),
  }));
}
