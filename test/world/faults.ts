// Faults as data. The list is read at each API request; the first rule that matches and has times left is applied.
import { setTimeout as wait } from 'node:timers/promises';
import type { WorldAnswer, WorldRequest } from './contract.ts';
import type { FaultAnswer } from './front.ts';

/** `…-after` is applied in truth while the caller sees a failure: the test of idempotency. */
export type FaultKind =
  | 'latency'
  | 'fail-before'
  | 'fail-after'
  | 'reset-before'
  | 'reset-after'
  | 'secondary'
  | 'primary'
  | 'too-many'
  /** A list as a replica shows it that has not heard of anything yet. */
  | 'stale';

export interface Fault {
  /** Absent: every request of the App. People are never disturbed. */
  match?(request: WorldRequest): boolean;
  /** Absent: once. Infinity: always. */
  times?: number;
  do: FaultKind;
  /** For `latency`. */
  ms?: number;
  /** For fail-before (502) and fail-after (500). */
  status?: number;
  /** retry-after, or the time to the reset. Absent: 60, for too-many 1. */
  seconds?: number;
  /** The body: of a stale list (absent: an empty list), of fail-before (absent: a page of HTML, as a proxy answers). */
  json?: unknown;
}

export interface Faults {
  list: Fault[];
  /** What was applied, oldest first. */
  applied: { do: FaultKind; route: string }[];
  add(...faults: Fault[]): void;
  clear(): void;
}

const LIMITS = 'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api';
const html = Buffer.from('<html><body>Unicorn!</body></html>');

function answerOf(fault: Fault): FaultAnswer {
  const limited = (status: number, message: string, headers: Record<string, string>): WorldAnswer => ({
    status,
    json: { message, documentation_url: LIMITS },
    headers,
  });
  const seconds = fault.seconds ?? 60;
  switch (fault.do) {
    case 'reset-before':
    case 'reset-after':
      return 'reset';
    case 'fail-before':
      return fault.json === undefined
        ? { status: fault.status ?? 502, raw: html, headers: { 'content-type': 'text/html' } }
        : { status: fault.status ?? 502, json: fault.json };
    case 'fail-after':
      return { status: fault.status ?? 500, json: { message: 'Server Error' } };
    case 'secondary':
      return limited(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.', {
        'retry-after': String(seconds),
      });
    case 'primary':
      return limited(403, 'API rate limit exceeded for installation.', {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + seconds),
        'x-ratelimit-resource': 'core',
      });
    case 'too-many':
      return limited(429, 'Too many requests', { 'retry-after': String(fault.seconds ?? 1) });
    case 'stale':
      return { status: 200, json: fault.json ?? [] };
    case 'latency':
      return undefined;
  }
}

export function createFaults(isOurs: (request: WorldRequest) => boolean): Faults & {
  before(request: WorldRequest): Promise<FaultAnswer>;
  after(request: WorldRequest): FaultAnswer;
} {
  const list: Fault[] = [];
  const applied: Faults['applied'] = [];

  function take(request: WorldRequest, when: (kind: FaultKind) => boolean): Fault | undefined {
    if (request.path.startsWith('/_') || !isOurs(request)) return undefined;
    const fault = list.find((f) => when(f.do) && (f.times ?? 1) > 0 && (f.match?.(request) ?? true));
    if (!fault) return undefined;
    fault.times = (fault.times ?? 1) - 1;
    applied.push({ do: fault.do, route: `${request.method} ${request.path}` });
    return fault;
  }

  return {
    list,
    applied,
    add: (...faults) => void list.push(...faults),
    clear: () => void list.splice(0),
    async before(request) {
      const slow = take(request, (kind) => kind === 'latency');
      if (slow) await wait(slow.ms ?? 0);
      const fault = take(request, (kind) => kind !== 'latency' && !kind.endsWith('-after'));
      return fault && answerOf(fault);
    },
    after(request) {
      const fault = take(request, (kind) => kind.endsWith('-after'));
      return fault && answerOf(fault);
    },
  };
}
