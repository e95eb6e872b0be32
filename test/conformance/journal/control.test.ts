// Controls keep what they promise on both databases: no run is admitted beside one, and what runs ends in its transaction.
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ControlScope, concerns, strictest } from '../../../src/facts/control.ts';
import { finishedKey } from '../../../src/facts/run.ts';
import { ticketStream } from '../../../src/facts/stream.ts';
import { admit } from '../../../src/journal/admit.ts';
import { append } from '../../../src/journal/append.ts';
import { listAudit } from '../../../src/journal/audit.ts';
import {
  controlsInForce,
  liftControls,
  listControls,
  type NewControl,
  setControl,
  standstillOf,
} from '../../../src/journal/control.ts';
import { type Journal, openJournal } from '../../../src/journal/database.ts';
import { runByToken, takeLease } from '../../../src/journal/lease.ts';
import { stopRuns } from '../../../src/journal/stop-run.ts';
import { readStream } from '../../../src/journal/stream.ts';
import { react } from '../../../src/loop/react.ts';
import { tellStandstill } from '../../../src/loop/tell-standstill.ts';
import { propertyRuns } from '../../property-runs.ts';
import { anAssignment, databases, fresh } from './databases.ts';

const order = { by: 'ops', why: 'an incident' };

describe.each(databases)('on %s', (kind) => {
  let journal: Journal;
  let next = 1;

  beforeAll(async () => {
    journal = await openJournal(await fresh(kind), () => {});
  });
  afterAll(() => journal.close());
  beforeEach(async () => {
    await sql`delete from control`.execute(journal.db);
    await sql`update run set state = 'canceled', token = null`.execute(journal.db);
  });

  const set = (more: Partial<NewControl> & { scope: ControlScope }) =>
    journal.db
      .transaction()
      .execute((tx) => setControl(tx, { mode: 'paused', inFlight: 'drain', source: 'api', ...order, ...more }));

  /** A ticket of its own, so that only controls stand in the way. */
  async function ask(repo = 7) {
    const number = next++;
    const stream = ticketStream(repo, number);
    const repository = { installation: 1, id: repo, owner: 'acme', name: `app-${repo}` };
    await journal.db.transaction().execute((tx) =>
      append(tx, journal.enqueue, {
        stream,
        repository,
        key: `seen/${stream}`,
        fact: { type: 'IssueReopened', by: { id: 1, login: 'mona', kind: 'person' }, at: '2026-01-01T00:00:00Z' },
      }),
    );
    await react(journal.db, journal.enqueue, stream);
    await sql`update stream set open = true where id = ${stream}`.execute(journal.db);
    const run = `${repo}-${number}-1`;
    return {
      stream,
      run,
      admitted: () =>
        admit(
          journal.db,
          { id: run, stream, repo, assignment: anAssignment(run), seconds: 600 },
          { repository: 99, total: 99 },
        ),
    };
  }

  test('admission asks: everything, the repository, the adapter; another repository and another adapter go on', async () => {
    const verdict = async (scope: ControlScope, repo = 7) => {
      await sql`delete from control`.execute(journal.db);
      await set({ scope });
      return (await ask(repo)).admitted();
    };
    for (const scope of ['global', 'repository:7', 'adapter:codex'])
      expect(await verdict(scope), scope).toMatchObject({ conflict: 'paused', standstill: { scope, ...order } });
    expect(await verdict('repository:7', 8)).toMatchObject({ claimed: { again: false } });
    expect(await verdict('adapter:gemini_cli')).toMatchObject({ claimed: { again: false } });
  });

  test('for any set of controls, admission, the strictest and the rule say the same', async () => {
    const scope = fc.constantFrom('global', 'repository:7', 'repository:8', 'adapter:codex', 'adapter:claude_code');
    const one = fc.record({
      scope,
      mode: fc.constantFrom('paused' as const, 'read_only' as const),
      over: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { maxLength: 4 }), fc.constantFrom(7, 8, 9), async (all, repo) => {
        await sql`delete from control`.execute(journal.db);
        for (const { over, ...control } of all) {
          const { control: made } = await set({ ...control, minutes: 5 });
          if (over)
            await sql`update control set until = clock_timestamp() - interval '1 second' where id = ${made.control}`.execute(
              journal.db,
            );
        }
        const about = { repo, agent: 'codex' };
        const standing = await controlsInForce(journal.db);
        expect(standing).toHaveLength(all.filter(({ over }) => !over).length);
        expect(await standstillOf(journal.db, about)).toEqual(strictest(standing, about));
        const held = all.some((control) => !control.over && concerns(control.scope, about));
        const answer = await (await ask(repo)).admitted();
        expect('conflict' in answer && answer.conflict).toBe(held ? 'paused' : false);
      }),
      { numRuns: propertyRuns(12, 500) },
    );
  });

  test('cancelling in flight ends every live run of its scope at once, and no other', async () => {
    const [mine, other] = [await ask(7), await ask(8)];
    for (const { run, admitted } of [mine, other]) {
      expect(await admitted()).toMatchObject({ claimed: { again: false } });
      await journal.db
        .transaction()
        .execute((tx) =>
          takeLease(tx, run, { workflowRun: next++, identity: `1/${run}`, tokenHash: `hash ${run}`, seconds: 600 }),
        );
    }
    const stopped = await journal.db.transaction().execute(async (tx) => {
      await setControl(tx, { scope: 'repository:7', mode: 'paused', inFlight: 'cancel', source: 'api', ...order });
      return stopRuns(tx, journal.enqueue, 'repository:7', order);
    });
    expect(stopped).toEqual([mine.run]);
    expect(await runByToken(journal.db, `hash ${mine.run}`)).toBeUndefined();
    expect(await runByToken(journal.db, `hash ${other.run}`)).toBeDefined();
    const fact = await journal.db
      .selectFrom('fact')
      .select(['stream', 'body'])
      .where('key', '=', finishedKey(mine.run))
      .executeTakeFirst();
    expect(fact).toMatchObject({ stream: mine.stream, body: { type: 'RunStopped', ...order } });
  });

  test('no run slips in beside a control that cancels, however many ask at once', async () => {
    for (let round = 0; round < 5; round++) {
      await sql`delete from control`.execute(journal.db);
      const asking = await Promise.all(Array.from({ length: 12 }, () => ask()));
      const cancel = journal.db.transaction().execute(async (tx) => {
        await setControl(tx, { scope: 'global', mode: 'paused', inFlight: 'cancel', source: 'api', ...order });
        return stopRuns(tx, journal.enqueue, 'global', order);
      });
      const answers = await Promise.all([...asking.map(({ admitted }) => admitted()), cancel]);
      const stopped = answers.at(-1) as string[];
      const admitted = asking.filter((_, n) => Object.hasOwn(answers[n] ?? {}, 'claimed')).map(({ run }) => run);
      expect(stopped.toSorted()).toEqual(admitted.toSorted());
      const live = await journal.db
        .selectFrom('run')
        .select('id')
        .where('state', 'in', ['queued', 'claimed', 'running'])
        .execute();
      expect(live).toEqual([]);
    }
  });

  test('a slot that nothing was started for is given back, one with a workflow run is kept', async () => {
    const [early, late] = [await ask(), await ask()];
    await early.admitted();
    await late.admitted();
    await sql`update run set workflow_run = 5 where id = ${late.run}`.execute(journal.db);
    await set({ scope: 'global' });
    expect(await early.admitted()).toMatchObject({ conflict: 'paused' });
    expect(await late.admitted()).toMatchObject({ claimed: { again: true } });
    const rows = await journal.db.selectFrom('run').select('id').where('id', 'in', [early.run, late.run]).execute();
    expect(rows).toEqual([{ id: late.run }]);
  });

  test('a control ends by the clock of the database, is lifted with an entry in the audit, and stays on record', async () => {
    const { control } = await set({ scope: 'repository:7', minutes: 5 });
    expect(Date.parse(control.until ?? '') - control.at.getTime()).toBe(300_000);
    await sql`update control set until = clock_timestamp() - interval '1 second'`.execute(journal.db);
    expect(await controlsInForce(journal.db)).toEqual([]);
    await tellStandstill(journal);
    const history = await listControls(journal.db, { inForce: false, before: undefined, limit: 10 });
    expect(history).toMatchObject([{ control: control.control, lifted: { by: 'expiry' }, ...order }]);
    const [entry] = await listAudit(journal.db, { before: undefined, limit: 1 });
    expect(entry).toMatchObject({
      source: 'expiry',
      action: 'resume',
      target: `control:${control.control} repository:7`,
    });
  });

  test('open tickets are told once what keeps them still, and once that nothing does any more', async () => {
    const { stream } = await ask();
    const told = async () => {
      while ((await tellStandstill(journal)) > 0);
      const pending = await journal.db
        .selectFrom('fact')
        .select('stream')
        .distinct()
        .where('seq', 'is', null)
        .execute();
      for (const row of pending) await react(journal.db, journal.enqueue, row.stream as typeof stream);
      await sql`update stream set open = true where id = ${stream}`.execute(journal.db);
      const facts = await journal.db
        .selectFrom('fact')
        .select('body')
        .where('stream', '=', stream)
        .where('type', '=', 'StandstillChanged')
        .orderBy('id')
        .execute();
      return facts.map(({ body }) => Object(body).standstill?.mode ?? null);
    };
    await sql`update stream set state = jsonb_set(state, '{stage}', '{"name": "checking"}')`.execute(journal.db);
    await set({ scope: 'repository:7' });
    expect(await told()).toEqual(['paused']);
    expect(await told()).toEqual(['paused']);
    await set({ scope: 'global', mode: 'read_only' });
    expect(await told()).toEqual(['paused', 'read_only']);
    expect((await readStream(journal.db, stream))?.state).toMatchObject({ standstill: { mode: 'read_only' } });
    await journal.db.transaction().execute(async (tx) => {
      for (const scope of ['global', 'repository:7']) await liftControls(tx, { scope, ...order });
    });
    expect(await told()).toEqual(['paused', 'read_only', null]);
    expect((await readStream(journal.db, stream))?.state).not.toHaveProperty('standstill');
    expect(await told()).toHaveLength(3);
  });
});
