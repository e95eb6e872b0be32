// The journal and its loop keep their promises on both databases.
import { describe, expect, test } from 'vitest';
import type { CommandGiven } from '../../../src/facts/comment.ts';
import { ticketStream } from '../../../src/facts/stream.ts';
import { admit } from '../../../src/journal/admit.ts';
import { append } from '../../../src/journal/append.ts';
import { type Journal, openJournal } from '../../../src/journal/database.ts';
import { endRun, heartbeat, readRun, runByToken, takeLease } from '../../../src/journal/lease.ts';
import { migrate, rollback } from '../../../src/journal/migrate.ts';
import { claim, release } from '../../../src/journal/right.ts';
import { readStream } from '../../../src/journal/stream.ts';
import { react } from '../../../src/loop/react.ts';
import { anAssignment, databases, fresh, opened } from './databases.ts';

const repository = { installation: 1, id: 7, owner: 'acme', name: 'app' };
const by = { id: 5, login: 'mona', kind: 'person' } as const;
const given = (comment: number): CommandGiven => ({
  type: 'CommandGiven',
  command: { name: 'harness status' },
  comment: { id: comment, on: 3, at: '2026-01-01T00:00:00Z' },
  by,
  viaApp: false,
});

describe.each(databases)('on %s', (kind) => {
  let journal: Journal;
  const errors = opened(kind, (made) => {
    journal = made;
  });

  const tell = (stream: ReturnType<typeof ticketStream>, key: string, comment = 1) =>
    journal.db
      .transaction()
      .execute((tx) => append(tx, journal.enqueue, { stream, repository, key, fact: given(comment) }));

  test('the same key is appended once, and its job with it', async () => {
    const stream = ticketStream(7, 1);
    expect(await tell(stream, 'a')).toBe(true);
    expect(await tell(stream, 'a')).toBe(false);
    expect(await react(journal.db, journal.enqueue, stream)).toBe(1);
    expect(await react(journal.db, journal.enqueue, stream)).toBe(0);
    expect((await readStream(journal.db, stream))?.seq).toBe(1);
  });

  test('what a transaction that failed has appended never happened, nor has its job', async () => {
    const stream = ticketStream(7, 2);
    await expect(
      journal.db.transaction().execute(async (tx) => {
        await append(tx, journal.enqueue, { stream, repository, key: 'b', fact: given(2) });
        throw new Error('the database went away');
      }),
    ).rejects.toThrow('went away');
    expect(await readStream(journal.db, stream)).toBeUndefined();
    expect(await tell(stream, 'b')).toBe(true);
  });

  test('many appenders and two reacting workers: every fact has one place, in one sequence', async () => {
    const stream = ticketStream(7, 4);
    await Promise.all(Array.from({ length: 40 }, (_, n) => tell(stream, `c${n}`, 100 + n)));
    let folded = 0;
    while (folded < 40) {
      const both = await Promise.all([
        react(journal.db, journal.enqueue, stream),
        react(journal.db, journal.enqueue, stream),
      ]);
      folded += both[0] + both[1];
    }
    const rows = await journal.db
      .selectFrom('fact')
      .select('seq')
      .where('stream', '=', stream)
      .orderBy('seq')
      .execute();
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, n) => n + 1));
    expect((await readStream(journal.db, stream))?.seq).toBe(rows.length);
  });

  test('a state that an older version folded is folded again from its facts', async () => {
    const stream = ticketStream(7, 5);
    await tell(stream, 'd', 50);
    await react(journal.db, journal.enqueue, stream);
    const before = await readStream(journal.db, stream);
    await journal.db
      .updateTable('stream')
      .set({ version: 0, state: JSON.stringify({ nonsense: true }) })
      .where('id', '=', stream)
      .execute();
    await tell(stream, 'd2', 50);
    await react(journal.db, journal.enqueue, stream);
    expect(before?.state).toMatchObject({ receipts: [{ comment: 50 }] });
    expect((await readStream(journal.db, stream))?.state).toMatchObject(before?.state as object);
  });

  test('a right is held by one; a late holder is refused by its fence', async () => {
    const held = await claim(journal.db, 'x', 60);
    expect(await claim(journal.db, 'x', 60)).toBeUndefined();
    await journal.db
      .updateTable('written')
      .set({ held_until: new Date(0) })
      .where('target', '=', 'x')
      .execute();
    const newer = await claim(journal.db, 'x', 60);
    if (!held || !newer) throw new Error('nothing was claimed');
    expect(await release(journal.db, held, { digest: 'old', remoteId: '1' })).toBe(false);
    expect(await release(journal.db, newer, { digest: 'new', remoteId: '2' })).toBe(true);
  });

  test('twenty at once ask for two slots: two are admitted, each run is taken once, a stale fence cannot write', async () => {
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, n) => {
        const stream = ticketStream(9, n + 1);
        return tell(stream, `run${n}`).then(() =>
          admit(
            journal.db,
            { id: `9-${n + 1}-1`, stream, repo: 9, assignment: anAssignment(`9-${n + 1}-1`), seconds: 60 },
            { repository: 2, total: 5 },
          ),
        );
      }),
    );
    expect(asked.filter((answer) => 'claimed' in answer)).toHaveLength(2);
    expect(asked.filter((answer) => 'conflict' in answer && answer.conflict === 'repository_busy')).toHaveLength(18);

    const id = `9-${asked.findIndex((answer) => 'claimed' in answer) + 1}-1`;
    const takers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        journal.db
          .transaction()
          .execute((tx) =>
            takeLease(tx, id, { workflowRun: 77, identity: `1/${n}`, tokenHash: `hash${n}`, seconds: 60 }),
          ),
      ),
    );
    const taken = takers.flatMap((answer, n) => ('taken' in answer ? [{ ...answer.taken, n }] : []));
    expect(taken).toHaveLength(1);
    expect(takers.filter((answer) => 'refused' in answer && answer.refused === 'taken_before')).toHaveLength(19);

    const run = await runByToken(journal.db, `hash${taken[0]?.n}`);
    if (!run) throw new Error('the token is unknown');
    expect(await heartbeat(journal.db, run, { step: 1 }, 60)).toEqual({ cancel: undefined });
    expect(await heartbeat(journal.db, { ...run, fence: run.fence - 1 }, { step: 2 }, 60)).toMatchObject({
      refused: 'stale_fence',
    });
    expect(await journal.db.transaction().execute((tx) => endRun(tx, id, { kind: 'delivered' }, run.fence - 1))).toBe(
      false,
    );
    expect(await journal.db.transaction().execute((tx) => endRun(tx, id, { kind: 'delivered' }, run.fence))).toBe(true);
    expect(await runByToken(journal.db, `hash${taken[0]?.n}`)).toBeUndefined();
    expect((await readRun(journal.db, id))?.state).toBe('succeeded');
  });

  test('migrations run down and up again over what is there', async () => {
    const other = await openJournal(await fresh(kind), (error) => errors.push(error));
    await other.db
      .transaction()
      .execute((tx) => append(tx, other.enqueue, { stream: ticketStream(1, 1), repository, key: 'm', fact: given(9) }));
    // Downwards a fact that was set aside is pending again.
    await other.db.updateTable('fact').set({ set_aside: true }).where('key', '=', 'm').execute();
    const undone: string[] = [];
    for (let [name] = await rollback(other.db); name !== undefined; [name] = await rollback(other.db))
      undone.push(name);
    expect(undone).toEqual(expect.arrayContaining(['0001-journal', '0002-inbox']));
    expect(await migrate(other.db)).toEqual(undone.toReversed());
    await other.close();
  });
});
