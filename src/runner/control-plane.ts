// The control plane as a runner sees it. Only calls that may be repeated are tried again; the exchange is not one of them,
// unless nobody listened to it: a control plane that is being started again must not cost the runs that begin meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import type { GatewayTruth } from '../../adapters/agent/contract.ts';
import { Permanent, Retryable } from '../errors.ts';
import { HeartbeatAnswer, type Submission } from '../facts/run.ts';
import { Problem } from '../intake/problem.ts';
import {
  type ArtifactKind,
  ExchangeAnswer,
  type Progress,
  Submitted,
  TruthAnswer,
  Uploaded,
} from '../intake/runner/wire.ts';

export type Refused = { refused: { status: number; detail: string } };

export type RunSession = {
  /** Refused: the lease is no longer ours. */
  heartbeat(progress: Progress): Promise<HeartbeatAnswer | Refused>;
  /** Answers the digest under which it is stored. Throws soon after `signal` is aborted, whatever was sent by then. */
  upload(kind: ArtifactKind, bytes: Uint8Array, signal?: AbortSignal): Promise<string>;
  download(digest: string): Promise<Buffer>;
  /** Null where the control plane cannot tell. */
  truth(): Promise<GatewayTruth | null>;
  submit(submission: Submission): Promise<Submitted | Refused>;
};

export type ControlPlane = {
  exchange(run: string, identityToken: string): Promise<ExchangeAnswer | Refused>;
  session(run: string, token: string): RunSession;
};

type Ask = {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  token?: string;
  body?: { json: unknown } | { bytes: Uint8Array };
  attempts: number;
  /** Of one attempt. */
  waitMs: number;
  /** Aborted: no further attempt, and the one under way is broken off. */
  signal?: AbortSignal | undefined;
};

const again = new Set([408, 429, 500, 502, 503, 504]);

/** How long a restart of the control plane may take. Shorter than the lease that a silent runner loses. */
const restartMs = 60_000;

/** The connection was refused, so nothing was sent: whatever the call is, it may be made again. */
const nobodyListens = (error: unknown): boolean => {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
};

/**
 * `server` without trailing slash. Throws Retryable when nothing answers after the last attempt, or nobody listens for
 * longer than `downMs`.
 */
export function createControlPlane(server: string, { downMs = restartMs }: { downMs?: number } = {}): ControlPlane {
  const send = ({ method, path, token, body, waitMs, signal }: Ask): Promise<Response> =>
    fetch(`${server}/runner${path}`, {
      method,
      // A redirect would carry the token elsewhere.
      redirect: 'error',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body && { 'content-type': 'json' in body ? 'application/json' : 'application/octet-stream' }),
      },
      ...(body && { body: 'json' in body ? JSON.stringify(body.json) : new Uint8Array(body.bytes) }),
      signal: AbortSignal.any([AbortSignal.timeout(waitMs), ...(signal ? [signal] : [])]),
    });

  const ask = async (call: Ask): Promise<Response | Refused> => {
    const started = performance.now();
    for (let attempt = 1, unheard = 0; ; attempt++) {
      const last = attempt - unheard >= call.attempts;
      const tried = await send(call).then(
        (response) => ({ response }),
        (cause: unknown) => ({ cause }),
      );
      if ('response' in tried) {
        if (tried.response.ok) return tried.response;
        if (last || !again.has(tried.response.status)) return refusal(tried.response);
      } else if (call.signal?.aborted) {
        throw new Retryable(`The control plane ${server} did not answer in time.`, { cause: tried.cause });
      } else if (nobodyListens(tried.cause) && performance.now() - started < downMs) {
        unheard++;
      } else if (last) {
        throw new Retryable(`The control plane ${server} does not answer.`, { cause: tried.cause });
      }
      await delay(Math.min(250 * 2 ** attempt, 5_000), undefined, { signal: call.signal });
    }
  };

  const must = async (call: Ask): Promise<Response> => {
    const answer = await ask(call);
    if (answer instanceof Response) return answer;
    const { status, detail } = answer.refused;
    throw new Permanent(`The control plane refused ${call.method} ${call.path} with ${status}: ${detail}`);
  };

  return {
    async exchange(run, identityToken) {
      const json = { run, token: identityToken };
      return read(
        await ask({ method: 'POST', path: '/exchange', body: { json }, attempts: 1, waitMs: 30_000 }),
        ExchangeAnswer,
      );
    },
    session: (run, token) => ({
      async heartbeat(progress) {
        const call = { method: 'POST', path: '/heartbeat', attempts: 2, waitMs: 10_000 } as const;
        return read(await ask({ ...call, token, body: { json: { progress } } }), HeartbeatAnswer);
      },
      async upload(kind, bytes, signal) {
        const call = { method: 'PUT', path: `/artifacts/${kind}`, attempts: 4, waitMs: 300_000 } as const;
        return Uploaded.parse(await (await must({ ...call, token, body: { bytes }, signal })).json()).digest;
      },
      async download(digest) {
        const call = { method: 'GET', path: `/artifacts/${digest}`, attempts: 4, waitMs: 300_000 } as const;
        return Buffer.from(await (await must({ ...call, token })).arrayBuffer());
      },
      async truth() {
        const answer = await ask({ method: 'GET', path: '/truth', token, attempts: 3, waitMs: 10_000 });
        return answer instanceof Response ? TruthAnswer.parse(await answer.json()) : null;
      },
      async submit(submission) {
        const path = `/submit?run=${encodeURIComponent(run)}`;
        return read(
          await ask({ method: 'POST', path, token, body: { json: submission }, attempts: 6, waitMs: 30_000 }),
          Submitted,
        );
      },
    }),
  };
}

async function read<Schema extends z.ZodType>(
  answer: Response | Refused,
  schema: Schema,
): Promise<z.infer<Schema> | Refused> {
  return answer instanceof Response ? schema.parse(await answer.json()) : answer;
}

async function refusal(response: Response): Promise<Refused> {
  const text = await response.text();
  const parsed = response.headers.get('content-type')?.includes('json')
    ? Problem.safeParse(JSON.parse(text))
    : undefined;
  const fields = parsed?.data?.problems?.map(({ field, message }) => ` ${field}: ${message}.`).join('') ?? '';
  const detail = parsed?.success ? `${parsed.data.detail}${fields}` : `it answered ${response.status} without a reason`;
  return { refused: { status: response.status, detail: detail.slice(0, 2_000) } };
}

export const isRefused = (answer: object): answer is Refused => 'refused' in answer;
