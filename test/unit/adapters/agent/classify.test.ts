import { expect, test } from 'vitest';
import type { AgentAdapter, GatewayTruth } from '../../../../adapters/agent/contract.ts';
import { agents } from '../../../../adapters/agent/index.ts';
import { createLedger } from '../../../model/ledger.ts';
import { gatewaySaw, recorded } from './recorded.ts';

const { codex, claude_code: claude, gemini_cli: gemini } = agents;
const silent = gatewaySaw();

type Row = [
  what: string,
  adapter: AgentAdapter,
  stream: string | null,
  exit: number | string,
  gateway: GatewayTruth | null,
  outcome: string,
];

const rows: Row[] = [
  ['codex finished', codex, 'codex-success', 0, gatewaySaw({}, {}), 'completed'],
  ['claude finished', claude, 'claude-success', 0, gatewaySaw({}, {}), 'completed'],
  ['gemini finished', gemini, 'gemini-success', 0, gatewaySaw({}, {}), 'completed'],
  ['finished, gateway unreachable', codex, 'codex-success', 0, null, 'completed'],
  ['finished after an outage', codex, 'codex-success', 0, gatewaySaw({ status: 500 }, {}), 'completed'],
  ['finished although the model was never asked', codex, 'codex-success', 0, silent, 'agent_failed'],
  [
    'finished although no answer was whole',
    claude,
    'claude-success',
    0,
    gatewaySaw({ complete: false }),
    'infrastructure',
  ],
  ['finished on a refusal', gemini, 'gemini-success', 0, gatewaySaw({}, { refused: true }), 'agent_refused'],

  ['codex refused, by its silence', codex, 'codex-refusal', 0, null, 'agent_refused'],
  ['codex refused', codex, 'codex-refusal', 0, gatewaySaw({ refused: true }), 'agent_refused'],
  ['claude refused', claude, 'claude-refusal', 1, null, 'agent_refused'],
  ['gemini refused', gemini, 'gemini-refusal', 0, gatewaySaw({ refused: true }), 'agent_refused'],

  ['401', codex, 'codex-401', 1, gatewaySaw({ status: 401 }), 'auth'],
  ['403 of the provider', codex, 'codex-401', 1, gatewaySaw({ status: 403 }), 'auth'],
  ['400 for a wrong key', gemini, 'gemini-429', 144, gatewaySaw({ status: 400, errorCode: 'API_KEY_INVALID' }), 'auth'],
  ['400', codex, 'codex-401', 1, gatewaySaw({ status: 400 }), 'agent_failed'],
  ['404', codex, 'codex-401', 1, gatewaySaw({ status: 404 }), 'user_error'],
  ['429', claude, 'claude-429', 1, gatewaySaw({ status: 429 }), 'throttled'],
  [
    '429 without credit',
    codex,
    'codex-401',
    1,
    gatewaySaw({ status: 429, errorCode: 'insufficient_quota' }),
    'quota_exhausted',
  ],
  [
    '429 inside a stream',
    codex,
    'codex-cut',
    1,
    gatewaySaw({ errorCode: 'rate_limit_exceeded', complete: false }),
    'throttled',
  ],
  [
    '429 until the gateway gave up on it',
    claude,
    'claude-429',
    1,
    gatewaySaw({ status: 429 }, { status: 403, denied: 'retries_spent' }),
    'throttled',
  ],
  ['500', codex, 'codex-401', 1, gatewaySaw({ status: 500 }), 'infrastructure'],
  ['529', claude, 'claude-429', 1, gatewaySaw({ status: 529 }), 'infrastructure'],
  [
    'overloaded inside a stream',
    claude,
    'claude-cut',
    1,
    gatewaySaw({ errorCode: 'overloaded_error', complete: false }),
    'infrastructure',
  ],
  ['cut', codex, 'codex-cut', 1, gatewaySaw({ complete: false }), 'infrastructure'],
  ['unreachable', codex, 'codex-cut', 1, gatewaySaw({ status: null, complete: false }), 'infrastructure'],
  ['budget spent', codex, 'codex-401', 1, gatewaySaw({}, { status: 403, denied: 'budget_spent' }), 'quota_exhausted'],
  [
    'refused by the gateway',
    codex,
    'codex-401',
    1,
    gatewaySaw({ status: 403, denied: 'hosted_tool' }),
    'policy_blocked',
  ],

  ['claude alone knows the status', claude, 'claude-429', 1, null, 'throttled'],
  ['claude alone knows a cut', claude, 'claude-cut', 1, null, 'infrastructure'],
  ['codex alone knows a failure', codex, 'codex-401', 1, null, 'agent_failed'],
  ['gemini alone: exit 173 is 429', gemini, 'gemini-429', 173, null, 'throttled'],
  ['gemini alone: exit 145 is 401', gemini, 'gemini-429', 145, null, 'auth'],

  ['claude interrupted', claude, 'claude-interrupted', 0, gatewaySaw({}), 'infrastructure'],
  ['gemini killed, which it calls exit 0', gemini, 'gemini-killed', 0, gatewaySaw({}), 'agent_failed'],
  ['killed by signal', codex, null, 'SIGKILL', gatewaySaw({}), 'infrastructure'],
  ['did not start', codex, null, 127, silent, 'agent_failed'],
];

test.each(rows)('%s', (_what, adapter, stream, exit, gateway, expected) => {
  const events = stream === null ? [] : recorded(adapter, stream);
  const end = typeof exit === 'number' ? { exitCode: exit, signal: null } : { exitCode: null, signal: exit };
  const outcome = adapter.classify({ ...end, events, gateway });
  expect(outcome.kind === 'failed' ? outcome.class : outcome.kind).toBe(expected);
});

test("the gateway's own record is what classification reads", () => {
  const truth = createLedger({ open: async () => ({ budget: 1, usedTokens: 0 }) }).truth('none');
  expect(codex.classify({ exitCode: 1, signal: null, events: [], gateway: truth }).kind).toBe('failed');
});
