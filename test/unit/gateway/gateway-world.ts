// A gateway in front of the scripted provider, both real, the provider over HTTP on loopback.
import { createGateway, type GatewayLimits } from '../../../src/gateway/gateway.ts';
import type { RunIdentity } from '../../../src/gateway/meter.ts';
import type { Transcript } from '../../../src/gateway/transcript.ts';
import type { ModelCall } from '../../../src/gateway/truth.ts';
import { createLedger, type Ledger } from '../../model/ledger.ts';
import type { Protocol, Script } from '../../model/script.ts';
import { type ModelServer, startModelServer } from '../../model/server.ts';

export const REAL_KEY = 'sk-real-0123456789';
export const RUN = { run: 'run-1', models: ['the-model'] };
export const PROTOCOLS: readonly Protocol[] = ['openai-responses', 'anthropic-messages', 'gemini'];

export const PATHS: Readonly<Record<Protocol, string>> = {
  'openai-responses': '/v1/responses',
  'anthropic-messages': '/v1/messages',
  gemini: '/v1beta/models/the-model:streamGenerateContent',
};

/** A plain streamed request with one tool on offer. */
export const BODIES: Readonly<Record<Protocol, Record<string, unknown>>> = {
  'openai-responses': {
    model: 'the-model',
    stream: true,
    input: 'Hello',
    tools: [{ type: 'function', name: 'exec_command', parameters: {} }],
  },
  'anthropic-messages': {
    model: 'the-model',
    stream: true,
    max_tokens: 500,
    messages: [{ role: 'user', content: 'Hello' }],
    tools: [{ name: 'Bash', input_schema: {} }],
  },
  gemini: {
    contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
    tools: [{ functionDeclarations: [{ name: 'run_shell_command' }] }],
  },
};

export type GatewayWorld = {
  provider: ModelServer;
  ledger: Ledger;
  /** What the log got, oldest first. */
  logged: readonly ModelCall[];
  ask(protocol: Protocol, body?: unknown, init?: RequestInit & { path?: string }): Promise<Response>;
  close(): Promise<void>;
};

export type WorldOptions = {
  script?: Script;
  budget?: number;
  limits?: Partial<GatewayLimits>;
  baseUrl?: string;
  key?: string;
  revoked?: AbortSignal;
  /** False: nobody knows what the model costs. */
  priced?: boolean;
  costLimited?: boolean;
  named?: RunIdentity['named'];
  transcript?: Transcript;
};

export async function openGatewayWorld({
  script,
  budget = 1_000_000,
  limits,
  baseUrl,
  key = REAL_KEY,
  revoked,
  priced = true,
  costLimited = false,
  named,
  transcript,
}: WorldOptions = {}): Promise<GatewayWorld> {
  const provider = await startModelServer({ script: script ?? (() => ({ say: 'Hi.' })), key: REAL_KEY });
  const ledger = createLedger({ open: async () => ({ budget, usedTokens: 0 }) });
  const logged: ModelCall[] = [];
  const gateway = createGateway({
    providers: PROTOCOLS.map((protocol) => ({ protocol, baseUrl: baseUrl ?? provider.url, key })),
    price: () => (priced ? { input: 10, cacheRead: 1, cacheWrite: 12, output: 100 } : undefined),
    meter: ledger,
    ...(transcript && { transcript }),
    limits,
    log: {
      call: (_run, call) => logged.push(call),
      unsettled: (_run, _call, error) => {
        throw error;
      },
    },
  });
  return {
    provider,
    ledger,
    logged,
    ask: (protocol, body = BODIES[protocol], { path = PATHS[protocol], ...init } = {}) =>
      gateway.fetch(
        new Request(`http://control.invalid/runner/model/${protocol}${path}`, {
          method: 'POST',
          body: typeof body === 'string' ? body : JSON.stringify(body),
          headers: {
            'content-type': 'application/json',
            authorization: 'Bearer dummy',
            'x-api-key': 'dummy',
            'x-goog-api-key': 'dummy',
          },
          ...init,
        }),
        { ...RUN, models: [...RUN.models, 'a-side-model'], revoked, costLimited, ...(named && { named }) },
      ),
    close: () => provider.close(),
  };
}
