// One call of the provider: with the key, under a clock for silence, settled exactly once whatever happens.
import type { Dialect, Json, Observed } from './dialect/contract.ts';
import { object } from './dialect/inspect.ts';
import { type Counted, costOf, highestRate, type Price } from './prices.ts';
import type { Provider } from './provider.ts';
import { tap } from './tap.ts';
import { mostRead } from './transcript.ts';
import type { ModelCall } from './truth.ts';

export type Forward = {
  /** Of the agent's request. */
  headers: Headers;
  /** Aborted when the agent goes away or must not ask any more. */
  signal: AbortSignal;
  dialect: Dialect;
  provider: Provider;
  target: string;
  body: Json;
  silenceMs: number;
  /** What is known before the call. */
  call: ModelCall;
  reserved: { input: number; output: number };
  price: Price | undefined;
  /** Never rejects. `answer`: the text that the provider answered with, its start where it is long. */
  settle(call: ModelCall, answer: string): Promise<void>;
};

/** Longest error answer that is read; more is cut, and then no JSON. */
const ERROR_BYTES = 64 << 10;
const PASSED_HEADERS = ['content-type', 'cache-control', 'retry-after', 'x-request-id', 'request-id', 'x-should-retry'];
/** Node's and undici's codes for a request that never left. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);

export async function forward(call: Forward): Promise<Response> {
  const clock = silenceClock(call.silenceMs);
  let answer: Response;
  try {
    answer = await fetch(call.provider.baseUrl + call.target, {
      method: 'POST',
      headers: { ...call.dialect.headers(call.headers, call.provider.key), 'accept-encoding': 'identity' },
      body: JSON.stringify(call.body),
      redirect: 'manual',
      signal: AbortSignal.any([call.signal, clock.signal]),
    });
  } catch (error) {
    clock.stop();
    return unreachable(call, error, clock.signal.aborted);
  }
  if (answer.status >= 300) {
    return failed(call, answer).finally(() => clock.stop());
  }
  return stream(call, answer, clock);
}

const unseen: Observed = {
  inputTokens: null,
  cacheRead: 0,
  cacheWrite: 0,
  outputTokens: null,
  complete: false,
  refused: false,
  errorCode: null,
};

function stream(call: Forward, answer: Response, clock: SilenceClock): Response {
  let seen: Observed = unseen;
  let text = '';
  const body = tap({
    body: answer.body ?? new Blob([]).stream(),
    format: answer.headers.get('content-type')?.includes('event-stream') ? 'events' : 'json',
    onReading: (reading) => (reading ? clock.start() : clock.stop()),
    onJson: (event) => {
      seen = call.dialect.observe(seen, event);
      if (text.length < mostRead) text += call.dialect.answered(event).slice(0, mostRead);
    },
    onEnd: () => {
      clock.stop();
      return call.settle(settled(call, answer, seen), text);
    },
  });
  return new Response(body, { status: answer.status, headers: passedHeaders(answer) });
}

/** Counts are believed only from an answer that came to its end: before it they say what was used so far. */
function settled(forwarded: Forward, answer: Response, seen: Observed): ModelCall {
  const { inputTokens: input, outputTokens: output, cacheRead, cacheWrite } = seen;
  const known = seen.complete && input !== null && output !== null;
  return {
    ...timed(forwarded.call),
    status: answer.status,
    errorCode: seen.errorCode,
    complete: seen.complete,
    refused: seen.refused,
    ...(known ? told(forwarded, { input, output, cacheRead, cacheWrite }) : untold(forwarded)),
  };
}

const told = ({ price }: Forward, counted: Counted) => ({
  inputTokens: counted.input,
  outputTokens: counted.output,
  counted: 'provider' as const,
  costUsd: price === undefined ? null : costOf(price, counted) / 1e6,
});

/** What a call used is not known: all that was reserved for it counts, at the price it was reserved for. */
function untold({ price, reserved: { input, output } }: Forward) {
  const rate = price && highestRate(price, input);
  return {
    inputTokens: input,
    outputTokens: output,
    counted: 'reservation' as const,
    costUsd: rate === undefined ? null : Math.ceil(input * rate.input + output * rate.output) / 1e6,
  };
}

/** An answer that is an error costs nothing. Its text goes to the agent unless it could speak of the key. */
async function failed(call: Forward, answer: Response): Promise<Response> {
  const text = await readStart(answer);
  const body = parse(text);
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const errorCode = call.dialect.errorCode(body);
  await call.settle(
    {
      ...timed(call.call),
      status: answer.status,
      errorCode,
      complete: true,
      retryAfter: Number.isFinite(retryAfter) && retryAfter >= 0 ? retryAfter : null,
    },
    text,
  );
  const { dialect, provider } = call;
  if (answer.status < 400)
    return json(502, dialect.error(502, 'bad_gateway', 'The provider answered with a redirect.'));
  if (answer.status === 401 || answer.status === 403)
    return json(
      answer.status,
      dialect.error(answer.status, errorCode ?? 'permission_error', "The provider refused the control plane's key."),
    );
  if (text.includes(provider.key) || Object.keys(body).length === 0)
    return json(
      answer.status,
      dialect.error(answer.status, errorCode ?? 'error', `The provider answered ${answer.status}.`),
      passedHeaders(answer),
    );
  return json(answer.status, body, passedHeaders(answer));
}

async function unreachable(call: Forward, error: unknown, silent: boolean): Promise<Response> {
  const code = object(object(error).cause).code;
  const neverSent = typeof code === 'string' && NEVER_SENT.has(code);
  await call.settle({ ...timed(call.call), ...(neverSent ? {} : untold(call)) }, '');
  const status = silent ? 504 : 502;
  return json(
    status,
    call.dialect.error(
      status,
      silent ? 'timeout' : 'unreachable',
      silent ? 'The provider did not answer in time.' : 'The provider could not be reached.',
    ),
  );
}

const timed = (call: ModelCall): ModelCall => ({ ...call, durationMs: Math.max(0, Date.now() - Date.parse(call.at)) });

const passedHeaders = (answer: Response): Record<string, string> =>
  Object.fromEntries(
    PASSED_HEADERS.flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name) ?? '']] : [])),
  );

async function readStart(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > ERROR_BYTES) break;
  }
  return text;
}

function parse(text: string): Json {
  try {
    return object(JSON.parse(text));
  } catch {
    // Proxies answer errors in HTML; the status is what counts.
    return {};
  }
}

type SilenceClock = { signal: AbortSignal; start(): void; stop(): void };

/** Runs from the start; an agent that reads slowly is not silence of the provider, so it stands still meanwhile. */
function silenceClock(silenceMs: number): SilenceClock {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearTimeout(timer);
  const start = () => {
    stop();
    timer = setTimeout(() => controller.abort(), silenceMs);
  };
  start();
  return { signal: controller.signal, start, stop };
}

export const json = (status: number, body: Json, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(body), { status, headers: { ...headers, 'content-type': 'application/json' } });
