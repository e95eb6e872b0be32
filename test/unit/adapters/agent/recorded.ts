// Streams recorded from the real CLIs, trimmed: see test/fixtures/agents.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentAdapter, AgentEvent, GatewayTruth } from '../../../../adapters/agent/contract.ts';

const DIRECTORY = join(import.meta.dirname, '../../../fixtures/agents');

export const recorded = (adapter: AgentAdapter, name: string): readonly AgentEvent[] =>
  readFileSync(join(DIRECTORY, `${name}.jsonl`), 'utf8')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : adapter.parse(line)));

type Call = GatewayTruth['calls'][number];

/** What the gateway saw; each call is a complete answer but for what is given. */
export const gatewaySaw = (...calls: Partial<Call>[]): GatewayTruth => ({
  calls: calls.map((call) => ({ status: 200, errorCode: null, denied: null, complete: true, refused: false, ...call })),
  spent: calls.some((call) => call.denied === 'budget_spent'),
});
