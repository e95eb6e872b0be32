// The meter on the journal: budgets outlive processes, and every call of a run is on record.
import { Bug } from '../errors.ts';
import { microsOf } from '../facts/budget.ts';
import type { RunnerOutcome } from '../facts/run.ts';
import { callsOf, mostRefusals, recordRefusal, reserveCall, settleCall, stopByGateway } from '../journal/budget.ts';
import type { Enqueue } from '../journal/enqueue.ts';
import type { Db } from '../journal/tables.ts';
import type { Meter } from './meter.ts';
import { GatewayTruth, ModelCall } from './truth.ts';

const keptCalls = 200;

const tooManyRefusals: RunnerOutcome = {
  kind: 'failed',
  class: 'agent_failed',
  why: `The agent sent ${mostRefusals} requests that the model gateway refuses.`,
};

export const createJournalMeter = (db: Db, enqueue: Enqueue): Meter => ({
  async reserve({ run }, ask, protocol) {
    const reserved = await reserveCall(db, enqueue, run, ask, protocol);
    if ('stopped' in reserved) return { status: 'stopped', why: reserved.stopped.why };
    return 'spent' in reserved ? { status: 'spent', ...reserved } : { status: 'ok', ...reserved };
  },
  async settle(id, call, stop) {
    const used = { tokens: call.inputTokens + call.outputTokens, micros: microsOf(call.costUsd ?? 0) };
    if (!(await settleCall(db, id, used, call, stop)))
      throw new Bug(`the reservation ${id} was settled twice or never made`);
  },
  async refused({ run }, call, { spent, stop }) {
    const recorded = await recordRefusal(db, run, call, spent);
    const end = stop ?? (recorded ? undefined : tooManyRefusals);
    if (end) await stopByGateway(db, run, end);
    return recorded;
  },
});

/** What the gateway saw of a run; empty for one that made no call. */
export async function truthOf(db: Db, run: string): Promise<GatewayTruth> {
  const rows = await callsOf(db, run);
  const calls = rows.flatMap(({ call }) => (call === null ? [] : [ModelCall.parse(call)]));
  return GatewayTruth.parse({
    calls: calls.slice(-keptCalls),
    usage: {
      calls: calls.length,
      inputTokens: calls.reduce((sum, call) => sum + call.inputTokens, 0),
      outputTokens: calls.reduce((sum, call) => sum + call.outputTokens, 0),
    },
    unknown: calls.filter(({ counted }) => counted === 'reservation').length,
    costUsd: calls.reduce((sum, call) => sum + (call.costUsd ?? 0), 0),
    spent: rows.some(({ spent }) => spent),
  });
}
