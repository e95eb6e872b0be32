import { expect, test } from 'vitest';
import type { GatewayTruth } from '../../../../adapters/agent/contract.ts';
import { Retryable } from '../../../../src/errors.ts';
import { gatewayTruth } from '../../../../src/runner/agent/gateway-truth.ts';

const call = (status: number | null) => ({ status, errorCode: null, denied: null, complete: true, refused: false });
const truth = (...statuses: number[]): GatewayTruth => ({ calls: statuses.map(call), spent: false });
const relay = (...statuses: (number | null)[]) => ({
  calls: () => statuses.length,
  seen: () => ({ calls: statuses.map(call), spent: false }),
});
const log = { line: () => {} };
const session = (...answers: (GatewayTruth | null)[]) => ({
  truth: async () => (answers.length > 1 ? answers.shift() : answers[0]) ?? null,
});

test('a call that is noted late is waited for', async () => {
  expect(await gatewayTruth({ session: session(truth(), truth(200), truth(200, 500)), log }, relay(200, 500))).toEqual(
    truth(200, 500),
  );
});

test('a gateway that knows nothing of calls that were made is not believed, one that misses some is', async () => {
  expect(await gatewayTruth({ session: session(truth()), log }, relay(null))).toEqual(relay(null).seen());
  expect(await gatewayTruth({ session: session(truth(200)), log }, relay(200, null))).toEqual(truth(200));
});

test('without an account of the gateway the relay tells', async () => {
  expect(await gatewayTruth({ session: session(null), log }, relay(200))).toEqual(truth(200));
  const away = { truth: () => Promise.reject(new Retryable('away')) };
  expect(await gatewayTruth({ session: away, log }, relay(200))).toEqual(truth(200));
});
