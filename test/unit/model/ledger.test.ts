import { expect, test } from 'vitest';
import { Bug, Retryable } from '../../../src/errors.ts';
import type { ModelCall } from '../../../src/gateway/truth.ts';
import { createLedger } from '../../model/ledger.ts';

const RUN = { run: 'run-1', models: [] };
const call: ModelCall = {
  at: '2026-01-01T00:00:00.000Z',
  durationMs: 1,
  protocol: 'gemini',
  model: 'm',
  status: 200,
  errorCode: null,
  denied: null,
  complete: true,
  refused: false,
  retryAfter: null,
  inputTokens: 30,
  outputTokens: 10,
  counted: 'provider',
  costUsd: null,
};

const ledgerWith = (budget: number, usedTokens = 0) => createLedger({ open: async () => ({ budget, usedTokens }) });

async function reserve(ledger: ReturnType<typeof ledgerWith>, least: number, most: number) {
  const reservation = await ledger.reserve(RUN, { input: 0, leastOutput: least, mostOutput: most }, 'gemini');
  if (reservation.status !== 'ok') throw new Error('spent');
  return reservation;
}

test('what is reserved is not there for others until it is settled', async () => {
  const ledger = ledgerWith(100);
  const first = await reserve(ledger, 10, 90);
  await expect(reserve(ledger, 20, 90)).rejects.toThrow('spent');
  await ledger.settle(first.id, call);
  expect((await reserve(ledger, 20, 90)).output).toBe(60);
});

test('what an earlier process counted is spent', async () => {
  await expect(reserve(ledgerWith(100, 95), 10, 10)).rejects.toThrow('spent');
});

test('settling twice is a bug', async () => {
  const ledger = ledgerWith(100);
  const { id } = await reserve(ledger, 1, 1);
  await ledger.settle(id, call);
  await expect(ledger.settle(id, call)).rejects.toThrow(Bug);
});

test('a budget that cannot be read is asked for again', async () => {
  let attempts = 0;
  const ledger = createLedger({
    open: async () => {
      attempts += 1;
      if (attempts === 1) throw new Retryable('The database is away.');
      return { budget: 10, usedTokens: 0 };
    },
  });
  await expect(reserve(ledger, 1, 1)).rejects.toThrow(Retryable);
  expect((await reserve(ledger, 1, 1)).output).toBe(1);
});

test('the sums cover more calls than are kept', async () => {
  const ledger = ledgerWith(1_000_000);
  for (let turn = 0; turn < 250; turn += 1)
    await ledger.settle((await reserve(ledger, 1, 1)).id, { ...call, durationMs: turn });
  const truth = ledger.truth(RUN.run);
  expect([truth.calls.length, truth.calls[0]?.durationMs, truth.usage.calls, truth.usage.inputTokens]).toEqual([
    200, 50, 250, 7_500,
  ]);
});

test('a run without calls has an empty truth', () => {
  expect(ledgerWith(1).truth('other')).toMatchObject({ calls: [], spent: false, unknown: 0 });
});
