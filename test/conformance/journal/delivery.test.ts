// SF-008: whatever follows from a webhook leads back to it, also hours later: what a runner tells, and what time brings.
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { ticketStream } from '../../../src/facts/stream.ts';
import type { TicketFact } from '../../../src/facts/ticket.ts';
import { append } from '../../../src/journal/append.ts';
import type { Journal } from '../../../src/journal/database.ts';
import { react } from '../../../src/loop/react.ts';
import { sweepJournal } from '../../../src/loop/sweep/journal-round.ts';
import { dispatched, ended, labelled, startRead } from '../../unit/decide/builders.ts';
import { databases, opened } from './databases.ts';

const repository = { installation: 1, id: 7, owner: 'acme', name: 'app' };
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const stream = ticketStream(7, 12);

describe.each(databases)('on %s', (kind) => {
  let journal: Journal;
  opened(kind, (made) => {
    journal = made;
  });

  const tell = async (fact: TicketFact, delivery?: string) => {
    await journal.db
      .transaction()
      .execute((tx) =>
        append(tx, journal.enqueue, { stream, repository, key: `${fact.type}/${delivery}`, fact, delivery }),
      );
    await react(journal.db, journal.enqueue, stream);
  };
  const deliveryOf = async (type: TicketFact['type']) =>
    (await journal.db.selectFrom('fact').select('delivery').where('type', '=', type).executeTakeFirst())?.delivery;

  test('a run that fails, the pause after it, and the run that comes of it belong to the label', async () => {
    await tell(labelled(), 'the label');
    await tell(startRead(), 'the label');
    await tell(dispatched(1, 'plan', 'a'.repeat(40)), 'the label');
    await tell({ type: 'MembersChanged', login: 'ann' }, 'something else');
    await tell(ended(1, 'plan', { kind: 'failed', class: 'infrastructure', why: 'the disk is full' }));
    expect(await deliveryOf('RunFinished')).toBe('the label');
    expect(await deliveryOf('MembersChanged')).toBe('something else');

    await sql`update stream set wake_at = clock_timestamp(),
        state = jsonb_set(state, '{stage,at}', to_jsonb(clock_timestamp()::text))
      where wake_at is not null`.execute(journal.db);
    await sweepJournal({ journal, log: silent });
    await react(journal.db, journal.enqueue, stream);
    expect(await deliveryOf('Woken')).toBe('the label');
    const { rows } = await sql<{ run: string; delivery: string }>`
      select data -> 'command' ->> 'run' as run, data ->> 'delivery' as delivery from pgboss.job
      where name = 'perform' and data -> 'command' ->> 'type' = 'DispatchRun' order by created_on`.execute(journal.db);
    expect(rows).toEqual([
      { run: '7-12-1', delivery: 'the label' },
      { run: '7-12-2', delivery: 'the label' },
    ]);
  });
});
