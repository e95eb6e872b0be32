// Budgets in the life of a ticket: the one that ended a run is named, and a day that is spent is waited for.
import { expect, test } from 'vitest';
import { type BudgetUse, budgetSpent, budgetWaits } from '../../../../src/facts/budget.ts';
import type { TicketFact } from '../../../../src/facts/ticket.ts';
import { allowed, dispatched, ended, labelled, policyWith, run, sha, startRead, toPlanning } from '../builders.ts';
import { ticket, timeOf } from '../lifecycle.ts';

const use: BudgetUse = { budget: 'ticketTokens', limit: 1_000_000, used: 1_000_500 };
const exceeded = (n: number): TicketFact => ({ type: 'BudgetExceeded', run: run(n), use });
const day: BudgetUse = { budget: 'dayTokens', limit: 50_000, used: 49_999 };
const until = '2026-01-02T00:00:00.000Z';
const waiting: TicketFact = { type: 'DispatchDeferred', stage: 'plan', why: budgetWaits(day), until, use: day };
const blocked = { type: 'StageEntered', stage: { name: 'blocked', why: budgetSpent(use, run(1)), resume: 'plan' } };

test('a run that a budget ended blocks the ticket with the budget, whatever its runner says', () => {
  const outcome = { kind: 'failed', class: 'quota_exhausted', why: 'spent' } as const;
  ticket()
    .given(...toPlanning, exceeded(1))
    .when(ended(1, 'plan', outcome))
    .then({ facts: [blocked] });
});

test('so does one that the sweep ended, and what it used is counted', () => {
  const usage = { calls: 2, inputTokens: 700, outputTokens: 50, reservedTokens: 5_000, costMicros: 9_000 };
  const outcome = { kind: 'timed_out', why: 'no progress' } as const;
  const spec = ticket().given(...toPlanning, exceeded(1));
  spec
    .when({ type: 'RunLost', run: run(1), outcome, usage })
    .then({ facts: [blocked], commands: [{ type: 'CancelRun' }] });
  expect(spec.state).toMatchObject({
    tokens: { input: 700, output: 50 },
    unsettled: 5_000,
    costMicros: 9_000,
    runs: [{ exceeded: use, outcome }],
  });
});

test('a dispatch that a budget refuses ends the run that was due, so that none seems to go on', () => {
  const spec = ticket().given(labelled(), startRead());
  spec.when({ type: 'DispatchRefused', stage: 'plan', why: budgetSpent(use, run(1)), use }).then({ facts: [blocked] });
  expect(spec.state.runs).toMatchObject([{ exceeded: use, outcome: { kind: 'failed', class: 'quota_exhausted' } }]);
});

test("a day's budget that is spent is waited for until the next day, and said", () => {
  const spec = ticket().given(labelled(), startRead());
  spec.when(waiting).then({ wakeAt: new Date(until), commands: [] });
  expect(spec.state.waits).toEqual(budgetWaits(day));
  spec.when({ type: 'Woken' }).then({ wakeAt: null, commands: [{ type: 'DispatchRun', run: run(1) }] });
  spec.when(dispatched(1, 'plan', sha('base'))).then({ commands: [] });
  expect(spec.state.waits).toBeUndefined();
});

test('/retry does not wait for the next day: the budget may have been raised', () => {
  const spec = ticket().given(labelled(), startRead({ policy: policyWith() }), waiting);
  const [command, authority] = allowed({ name: 'retry' });
  spec.when(command);
  spec.when(authority).then({ wakeAt: timeOf(5), facts: [{ type: 'CommentAnswered' }] });
});
