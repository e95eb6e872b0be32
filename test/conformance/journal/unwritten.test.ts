// A check whose write broke off and was given up converges again, once, and only where somebody still wants it.
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import { pullStream } from '../../../src/facts/stream.ts';
import { append } from '../../../src/journal/append.ts';
import { openJournal } from '../../../src/journal/database.ts';
import { begin, claim, release } from '../../../src/journal/right.ts';
import { createLog } from '../../../src/log.ts';
import { convergeUnwritten } from '../../../src/loop/converge-unwritten.ts';
import { react } from '../../../src/loop/react.ts';
import { header, observed } from '../../unit/decide/builders.ts';
import { freshPglite } from '../../world/pglite.ts';

const errors: unknown[] = [];
const journal = await openJournal(await freshPglite(), (error) => errors.push(error));
afterAll(() => journal.close());

test('what broke off is sent again once its attempts are over', async () => {
  const { db, enqueue } = journal;
  const stream = pullStream(7, header().number);
  const repository = { installation: 1, id: 7, owner: 'acme', name: 'app' };
  await db
    .transaction()
    .execute((tx) => append(tx, enqueue, { stream, repository, key: 'seen', fact: observed('opened') }));
  await react(db, enqueue, stream);
  const brokeOff = async (target: string, done: boolean) => {
    const right = await claim(db, target, 60);
    if (!right) throw new Error('it is held');
    await begin(db, right);
    await release(db, right, { digest: done ? 'digest' : null, remoteId: null });
  };
  const check = `check/${header().head.sha}/harness/gate`;
  await brokeOff(`7/${check}`, false);
  await brokeOff(`7/check/${header().head.sha}/harness/unit`, true);
  await brokeOff(`7/check/${'0'.repeat(40)}/harness/gate`, false);
  const jobs = async () =>
    (
      await sql<{
        data: unknown;
      }>`select data from pgboss.job where name = 'converge' and data->>'target' = ${check}`.execute(db)
    ).rows.length;
  const before = await jobs();
  const log = createLog('silent');
  expect(await convergeUnwritten(journal, log)).toBe(0);
  await db.updateTable('written').set({ begun_at: sql`begun_at - interval '2 minutes'` }).execute();
  expect(await convergeUnwritten(journal, log)).toBe(1);
  expect(await jobs()).toBe(before + 1);
  expect(await convergeUnwritten(journal, log)).toBe(0);
  expect(errors).toEqual([]);
});
