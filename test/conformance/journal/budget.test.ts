// Budgets hold on both databases: reservations, the day of a repository, the life of a ticket, and runs that may not go on.
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { BudgetUse } from '../../../src/facts/budget.ts';
import type { RunBudget, RunnerOutcome } from '../../../src/facts/run.ts';
import { type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import { createJournalMeter } from '../../../src/gateway/journal-meter.ts';
import type { ModelCall } from '../../../src/gateway/truth.ts';
import { budgetedOutcome } from '../../../src/intake/runner/budgeted-outcome.ts';
import { admit } from '../../../src/journal/admit.ts';
import { append } from '../../../src/journal/append.ts';
import { auditSecretUse, listAudit } from '../../../src/journal/audit.ts';
import { recordRefusal, reserveCall, settleCall, sumOf } from '../../../src/journal/budget.ts';
import { roomFor } from '../../../src/journal/budget-room.ts';
import type { Ask } from '../../../src/journal/budget-rule.ts';
import type { Journal } from '../../../src/journal/database.ts';
import { endRun, heartbeat, type RunRow, readRun, takeLease, usageOf } from '../../../src/journal/lease.ts';
import { migrate, rollback } from '../../../src/journal/migrate.ts';
import { react } from '../../../src/loop/react.ts';
import { sweepBudgets } from '../../../src/loop/sweep-budgets.ts';
import { anAssignment, databases, opened } from './databases.ts';

const repository = { installation: 1, id: 7, owner: 'acme', name: 'app' };
const rate = { input: 2, output: 10 };
const ask = (input: number, output: number, more: Partial<Ask> = {}): Ask => ({
  input,
  leastOutput: output,
  mostOutput: output,
  ...more,
});
const aCall: ModelCall = {
  ...{ at: '2026-01-01T00:00:00.000Z', durationMs: 1, protocol: 'gemini', model: 'm', status: 200 },
  ...{ errorCode: null, denied: null, complete: true, refused: false, retryAfter: null },
  ...{ inputTokens: 0, outputTokens: 0, counted: 'provider', costUsd: null },
};
const wide: RunBudget = { wallSeconds: 600, inactiveSeconds: 300, tokens: 10_000, ticketTokens: 100_000 };

describe.each(databases)('on %s', (kind) => {
  let journal: Journal;
  opened(kind, (made) => {
    journal = made;
  });

  let made = 0;
  /** A run that a runner works on, of a ticket of its own unless one is named. */
  async function running(repo: number, budget: Partial<RunBudget> = {}, of?: StreamId) {
    made += 1;
    const stream = of ?? ticketStream(repo, made);
    const id = `${repo}-${made}-1`;
    const { db, enqueue } = journal;
    await db.transaction().execute((tx) =>
      append(tx, enqueue, {
        stream,
        repository: { ...repository, id: repo },
        key: `made/${made}`,
        fact: { type: 'MembersChanged', login: 'mona' },
      }),
    );
    const assignment = { ...anAssignment(id), budget: { ...wide, ...budget } };
    const answer = await admit(db, { id, stream, repo, assignment, seconds: 600 }, { repository: 50, total: 99 });
    expect(answer).toMatchObject({ claimed: { key: id, again: false } });
    const by = { workflowRun: made, identity: `1/${made}`, tokenHash: `hash/${id}`, seconds: 600 };
    await db.transaction().execute((tx) => takeLease(tx, id, by));
    return { id, stream };
  }
  const reserve = (run: string, asked: Ask) => reserveCall(journal.db, journal.enqueue, run, asked, 'gemini');
  const end = (run: string) =>
    journal.db.transaction().execute((tx) => endRun(tx, run, { kind: 'no_change', why: 'test' }));
  const factsOf = async (stream: StreamId, ...types: string[]) =>
    (
      await journal.db
        .selectFrom('fact')
        .select('body')
        .where('stream', '=', stream)
        .where('type', 'in', types)
        .orderBy('id')
        .execute()
    ).map(({ body }) => body);
  const dayOf = async (repo: number) => {
    const rows = await journal.db.selectFrom('budget_day').selectAll().where('repo', '=', repo).execute();
    return rows.map(({ tokens, micros }) => ({ tokens: Number(tokens), micros: Number(micros) }));
  };
  /** Lets time pass for a run, by the database's clock. */
  const age = (run: string, column: 'claimed_at' | 'progress_at' | 'exceeded_at' | 'verdict_at', seconds: number) =>
    sql`update run set ${sql.ref(column)} = clock_timestamp() - ${seconds} * interval '1 second' where id = ${run}`.execute(
      journal.db,
    );

  test('a call takes what is left, is settled once, and what is never settled stays spent', async () => {
    const { id } = await running(11);
    const first = await reserve(id, ask(1_000, 500, { mostOutput: 4_000, rate }));
    if (!('id' in first)) throw new Error('nothing was reserved');
    expect(first.output).toBe(4_000);
    expect(await sumOf(journal.db, 'run', id)).toEqual({ tokens: 5_000, micros: 42_000 });
    expect(
      await settleCall(
        journal.db,
        first.id,
        { tokens: 1_200, micros: 4_000 },
        { inputTokens: 1_000, outputTokens: 200 },
      ),
    ).toBe(true);
    expect(await settleCall(journal.db, first.id, { tokens: 1, micros: 1 }, {})).toBe(false);
    expect(await dayOf(11)).toEqual([{ tokens: 1_200, micros: 4_000 }]);

    // 8,800 are left: the second gets less than it asks for, and is never heard of again.
    expect(await reserve(id, ask(5_000, 1_000, { mostOutput: 9_000, rate }))).toMatchObject({ output: 3_800 });
    expect(await reserve(id, ask(1, 1))).toEqual({ spent: { budget: 'runTokens', limit: 10_000, used: 10_000 } });
    expect(await usageOf(journal.db, id)).toEqual({
      calls: 2,
      inputTokens: 1_000,
      outputTokens: 200,
      reservedTokens: 8_800,
      costMicros: 4_000 + 48_000,
    });
  });

  test('dollars are reserved like tokens, and the first budget that is spent is on record once', async () => {
    const { id, stream } = await running(12, { cost: 30_000 });
    expect(await reserve(id, ask(1_000, 500, { mostOutput: 4_000, rate }))).toMatchObject({
      output: 2_800,
      near: undefined,
    });
    const spent = { budget: 'runCost', limit: 30_000, used: 30_000 };
    expect(await reserve(id, ask(1, 1, { rate }))).toEqual({ spent });
    expect(await reserve(id, ask(20_000, 1, { rate }))).toMatchObject({ spent: {} });
    expect(await factsOf(stream, 'BudgetExceeded')).toEqual([{ type: 'BudgetExceeded', run: id, use: spent }]);
  });

  test('from 90 % on the agent is to be warned, and it is on record once', async () => {
    const { id, stream } = await running(13);
    expect(await reserve(id, ask(6_000, 500))).toMatchObject({ near: undefined });
    const near: BudgetUse = { budget: 'runTokens', limit: 10_000, used: 6_500 };
    expect(await reserve(id, ask(2_600, 100))).toMatchObject({ near });
    expect(await reserve(id, ask(100, 100))).toMatchObject({ near: { ...near, used: 9_200 } });
    expect(await factsOf(stream, 'BudgetNearlySpent')).toEqual([{ type: 'BudgetNearlySpent', run: id, use: near }]);
  });

  test('calls are counted, those that failed or go on included and those that were refused not; the last ones warn', async () => {
    const { id, stream } = await running(22, { calls: 11 });
    for (let n = 1; n <= 11; n += 1) {
      const reserved = await reserve(id, ask(1, 1));
      expect(reserved).toMatchObject({ near: n < 10 ? undefined : { budget: 'runCalls', limit: 11, used: n - 1 } });
      if ('id' in reserved && n % 2 === 0)
        await settleCall(journal.db, reserved.id, { tokens: 0, micros: 0 }, { denied: null });
      await recordRefusal(journal.db, id, { denied: 'hosted_tool' }, false);
    }
    const spent = { budget: 'runCalls', limit: 11, used: 11 };
    expect(await reserve(id, ask(1, 1))).toEqual({ spent });
    expect(await factsOf(stream, 'BudgetExceeded')).toEqual([{ type: 'BudgetExceeded', run: id, use: spent }]);
  });

  test('after its time a run asks no model, and ends as timed out whatever its runner says', async () => {
    const { id } = await running(23);
    await age(id, 'claimed_at', 545);
    expect(await reserve(id, ask(1, 1))).toMatchObject({ near: { budget: 'runMinutes', limit: 600 } });
    await age(id, 'claimed_at', 601);
    expect(await reserve(id, ask(1, 1))).toEqual({ spent: { budget: 'runMinutes', limit: 600, used: 601 } });
    const run = await readRun(journal.db, id);
    if (!run) throw new Error('no run');
    const told = await journal.db
      .transaction()
      .execute((tx) => budgetedOutcome(tx, journal.enqueue, run, { kind: 'delivered' }));
    expect(told).toMatchObject({ kind: 'timed_out', why: expect.stringContaining('budgets.runMinutes') });
    await end(id);
  });

  test('a run with a call that cannot be accounted for makes no other, and ends so whatever its runner says or does not', async () => {
    const meter = createJournalMeter(journal.db, journal.enqueue);
    const stop = { kind: 'failed', class: 'unaccounted', why: 'Nobody knows.' } as const;
    const unaccounted = async () => {
      const { id, stream } = await running(24);
      const reserved = await reserve(id, ask(100, 100));
      if (!('id' in reserved)) throw new Error('nothing was reserved');
      const under = await reserve(id, ask(100, 100));
      await meter.settle(reserved.id, { ...aCall, counted: 'reservation', inputTokens: 100, outputTokens: 100 }, stop);
      // A call that was under way is settled as ever; the first reason stays.
      if ('id' in under) await meter.settle(under.id, aCall, { ...stop, why: 'Another.' });
      return { id, stream };
    };
    const told = await unaccounted();
    expect(await reserve(told.id, ask(1, 1))).toEqual({ stopped: { why: 'Nobody knows.' } });
    expect(await sumOf(journal.db, 'run', told.id)).toMatchObject({ tokens: 200 });
    const run = await readRun(journal.db, told.id);
    if (!run) throw new Error('no run');
    const judged = await journal.db
      .transaction()
      .execute((tx) => budgetedOutcome(tx, journal.enqueue, run, { kind: 'delivered' }));
    expect(judged).toEqual(stop);
    await end(told.id);

    const silent = await unaccounted();
    await age(silent.id, 'verdict_at', 55);
    expect(await sweepBudgets(journal)).toBe(0);
    await age(silent.id, 'verdict_at', 65);
    expect(await sweepBudgets(journal)).toBe(1);
    expect((await readRun(journal.db, silent.id))?.state).toBe('failed');
    expect(await factsOf(silent.stream, 'BudgetExceeded', 'RunLost')).toEqual([
      expect.objectContaining({ type: 'RunLost', run: silent.id, outcome: stop }),
    ]);
  });

  test('that a run used a model key is in the audit once for each key, however many calls at once; a refused call uses none', async () => {
    const { id } = await running(25, { calls: 9 });
    const uses = async (run: string) =>
      (await listAudit(journal.db, { before: undefined, limit: 200 })).filter(({ who }) => who === run);
    await Promise.all(Array.from({ length: 8 }, () => reserve(id, ask(1, 1))));
    await reserveCall(journal.db, journal.enqueue, id, ask(1, 1), 'anthropic-messages');
    await reserveCall(journal.db, journal.enqueue, id, ask(1, 1), 'openai-responses');
    const use = { source: 'run', who: id, scope: 'run', action: 'use' };
    expect(await uses(id)).toMatchObject([
      { ...use, target: 'secret:model key anthropic-messages' },
      { ...use, target: 'secret:model key gemini' },
    ]);
    // No lock of the run's here: two processes note one use.
    const other = await running(25);
    const secret = 'installation token with contents: write' as const;
    await Promise.all(Array.from({ length: 8 }, () => auditSecretUse(journal.db, other.id, secret)));
    expect(await uses(other.id)).toMatchObject([{ ...use, who: other.id, target: `secret:${secret}` }]);
  });

  test('many runs of one repository at once cannot overdraw its day, and do not lock each other out', async () => {
    const runs = await Promise.all(
      Array.from({ length: 8 }, () => running(14, { dayTokens: 10_000, dayCost: 100_000 })),
    );
    const calls = await Promise.all(
      Array.from({ length: 80 }, async (_, n) => {
        const run = runs[n % runs.length]?.id ?? '';
        const reserved = await reserve(run, ask(100, 200, { rate }));
        // Some are settled with less while others reserve: both ways of locking meet.
        if ('id' in reserved && n % 3 === 0)
          await settleCall(
            journal.db,
            reserved.id,
            { tokens: 150, micros: 700 },
            { inputTokens: 100, outputTokens: 50 },
          );
        return 'id' in reserved;
      }),
    );
    const all = await journal.db
      .selectFrom('model_call')
      .innerJoin('run', 'run.id', 'model_call.run')
      .select([
        sql<string>`sum(coalesce(settled, reserved))`.as('tokens'),
        sql<string>`sum(coalesce(settled_micros, reserved_micros))`.as('micros'),
      ])
      .where('run.repo', '=', 14)
      .executeTakeFirstOrThrow();
    expect(calls).toContain(true);
    expect(calls).toContain(false);
    expect(Number(all.tokens)).toBeLessThanOrEqual(10_000);
    expect(Number(all.micros)).toBeLessThanOrEqual(100_000);
    // 300 tokens each: as many as fit were granted.
    expect(calls.filter((granted) => granted).length).toBeGreaterThanOrEqual(33);
    expect(await dayOf(14)).toEqual([{ tokens: Number(all.tokens), micros: Number(all.micros) }]);
  });

  test('of eight runs that ask at once for more than half of the day one is granted, each time', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => running(21, { dayTokens: 10_000 })));
    for (let round = 0; round < 10; round += 1) {
      const answers = await Promise.all(runs.map(({ id }) => reserve(id, ask(3_000, 3_000))));
      const granted = answers.flatMap((answer) => ('id' in answer ? [answer.id] : []));
      expect(granted).toHaveLength(1);
      await settleCall(journal.db, granted[0] ?? '', { tokens: 0, micros: 0 }, {});
    }
  });

  test('a day that is spent leaves room again on the next, and a reservation counts for the day it was made on', async () => {
    const { id, stream } = await running(15, { dayTokens: 5_000 });
    const first = await reserve(id, ask(2_000, 2_500));
    if (!('id' in first)) throw new Error('nothing was reserved');
    const budget = { ...wide, dayTokens: 5_000 };
    const other = { id: 'other', stream, repo: 15, asksModel: true };
    const room = await roomFor(journal.db, other, budget, 30);
    expect(room).toMatchObject({ spent: { budget: 'dayTokens', limit: 5_000, used: 4_500 } });
    const until = typeof room === 'object' ? (room.until ?? '') : '';
    expect(until).toMatch(/T00:00:00\.000Z$/);
    const [hours] = (
      await sql<{
        left: number;
      }>`select extract(epoch from ${until}::timestamptz - clock_timestamp())::float8 / 3600 as left`.execute(
        journal.db,
      )
    ).rows;
    expect(hours?.left).toBeGreaterThan(0);
    expect(hours?.left).toBeLessThanOrEqual(24);

    await journal.db.updateTable('budget_day').set({ day: '2026-01-01' }).where('repo', '=', 15).execute();
    await journal.db.updateTable('model_call').set({ day: '2026-01-01' }).where('run', '=', id).execute();
    expect(await roomFor(journal.db, other, budget, 30)).toBe('enough');
    expect(await reserve(id, ask(100, 100))).toHaveProperty('id');
    await settleCall(journal.db, first.id, { tokens: 3_000, micros: 0 }, { inputTokens: 2_000, outputTokens: 1_000 });
    expect((await dayOf(15)).map(({ tokens }) => tokens).sort()).toEqual([200, 3_000]);
  });

  test("a ticket's budgets last its whole life: no further run, no claim and no refold resets them", async () => {
    const stream = ticketStream(16, 1);
    const first = await running(16, { ticketTokens: 6_000 }, stream);
    expect(await reserve(first.id, ask(3_000, 2_000))).toHaveProperty('id');
    await end(first.id);
    await journal.db.updateTable('stream').set({ version: 0, state: null }).where('id', '=', stream).execute();
    await react(journal.db, journal.enqueue, stream);
    const second = await running(16, { ticketTokens: 6_000 }, stream);
    expect(await reserve(second.id, ask(900, 200))).toEqual({
      spent: { budget: 'ticketTokens', limit: 6_000, used: 5_000 },
    });
    expect(await reserve(second.id, ask(900, 100))).toHaveProperty('id');
    await end(second.id);

    const next = { id: 'next', stream, repo: 16, asksModel: true };
    const budget = { ...wide, ticketTokens: 6_000 };
    expect(await roomFor(journal.db, next, budget, 30)).toEqual({
      spent: { budget: 'ticketTokens', limit: 6_000, used: 6_000 },
    });
    expect(await roomFor(journal.db, { ...next, asksModel: false }, budget, 30)).toBe('enough');
    expect(await roomFor(journal.db, next, { ...budget, ticketTokens: 9_000 }, 2)).toEqual({
      spent: { budget: 'ticketRuns', limit: 2, used: 2 },
    });
  });

  test('a run that sends heartbeats and makes no progress is ended once, and says why', async () => {
    const { id, stream } = await running(17);
    const run = await readRun(journal.db, id);
    if (!run) throw new Error('no run');
    const progress = { step: 'agent', events: 1 };
    await heartbeat(journal.db, run, progress, 600);
    await age(id, 'progress_at', 299);
    expect(await sweepBudgets(journal)).toBe(0);
    await age(id, 'progress_at', 301);
    await heartbeat(journal.db, run, progress, 600);
    expect(await Promise.all([sweepBudgets(journal), sweepBudgets(journal)])).toEqual(expect.arrayContaining([0, 1]));
    expect(await sweepBudgets(journal)).toBe(0);
    expect((await readRun(journal.db, id))?.state).toBe('timed_out');
    expect(await heartbeat(journal.db, run, progress, 600)).toMatchObject({ refused: 'illegal' });
    const use = { budget: 'inactiveMinutes', limit: 300, used: 301 };
    expect(await factsOf(stream, 'BudgetExceeded', 'RunLost')).toEqual([
      { type: 'BudgetExceeded', run: id, use },
      expect.objectContaining({ type: 'RunLost', run: id, outcome: expect.objectContaining({ kind: 'timed_out' }) }),
    ]);
  });

  test('progress keeps a run going until its wall clock ends it', async () => {
    const { id } = await running(18);
    const run = await readRun(journal.db, id);
    if (!run) throw new Error('no run');
    await heartbeat(journal.db, run, { events: 1 }, 600);
    await age(id, 'progress_at', 301);
    await heartbeat(journal.db, run, { events: 2 }, 600);
    await age(id, 'claimed_at', 655);
    expect(await sweepBudgets(journal)).toBe(0);
    await age(id, 'claimed_at', 665);
    expect(await sweepBudgets(journal)).toBe(1);
    expect((await readRun(journal.db, id))?.state).toBe('timed_out');
  });

  test('a run whose budget is spent has a minute to hand in; then it is failed', async () => {
    const { id, stream } = await running(19, { tokens: 1_000 });
    expect(await reserve(id, ask(900, 200))).toHaveProperty('spent');
    await age(id, 'exceeded_at', 55);
    expect(await sweepBudgets(journal)).toBe(0);
    await age(id, 'exceeded_at', 65);
    expect(await sweepBudgets(journal)).toBe(1);
    expect((await readRun(journal.db, id))?.state).toBe('failed');
    const outcome = expect.objectContaining({ kind: 'failed', class: 'quota_exhausted' });
    expect(await factsOf(stream, 'BudgetExceeded', 'RunLost')).toEqual([
      expect.objectContaining({ use: { budget: 'runTokens', limit: 1_000, used: 0 } }),
      expect.objectContaining({ type: 'RunLost', outcome }),
    ]);
  });

  test('a runner that claims to have delivered is not believed once its budget was spent; its own time-out is on record', async () => {
    const judge = (run: RunRow, told: RunnerOutcome) =>
      journal.db.transaction().execute((tx) => budgetedOutcome(tx, journal.enqueue, run, told));
    const spent = await running(20, { tokens: 1_000 });
    const run = await readRun(journal.db, spent.id);
    if (!run) throw new Error('no run');
    expect(await judge(run, { kind: 'delivered' })).toEqual({ kind: 'delivered' });
    expect(await reserve(spent.id, ask(900, 200))).toHaveProperty('spent');
    expect(await judge(run, { kind: 'delivered' })).toMatchObject({ kind: 'failed', class: 'quota_exhausted' });

    const slow = await running(20);
    const late = await readRun(journal.db, slow.id);
    if (!late) throw new Error('no run');
    await age(slow.id, 'claimed_at', 601);
    expect(await judge(late, { kind: 'timed_out', why: 'told' })).toEqual({ kind: 'timed_out', why: 'told' });
    expect(await factsOf(slow.stream, 'BudgetExceeded')).toEqual([
      { type: 'BudgetExceeded', run: slow.id, use: { budget: 'runMinutes', limit: 600, used: 601 } },
    ]);
  });

  test('the migration runs down and up over calls that were made, and keeps their sums', async () => {
    const before = await journal.db.selectFrom('model_call').select('id').orderBy('id').execute();
    const undone: string[] = [];
    while (!undone.includes('0004-budgets')) undone.push(...(await rollback(journal.db)));
    expect(await migrate(journal.db)).toEqual(undone.toReversed());
    expect(await journal.db.selectFrom('model_call').select('id').orderBy('id').execute()).toEqual(before);
    const [tokens] = (await dayOf(16)).map((day) => day.tokens);
    expect(tokens).toBe(6_000);
  });
});
