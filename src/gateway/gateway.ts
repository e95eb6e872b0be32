// The only way from a box to a model: checks the request, takes budget, adds the key, counts what comes back.
import { createHash } from 'node:crypto';
import { amountOf, type BudgetUse, budgetWhy, leastCall, unitOf } from '../facts/budget.ts';
import { ModelProtocol } from '../facts/policy.ts';
import { anthropicMessages } from './dialect/anthropic-messages.ts';
import type { Denial, Dialect, Json, Route } from './dialect/contract.ts';
import { gemini } from './dialect/gemini.ts';
import { deny, object } from './dialect/inspect.ts';
import { openaiResponses } from './dialect/openai-responses.ts';
import { forward, json } from './forward.ts';
import type { Meter, RunIdentity } from './meter.ts';
import { highestRate, type Price, priceOf } from './prices.ts';
import type { Provider } from './provider.ts';
import { readBody } from './read-body.ts';
import { createRetries, mostFailures } from './retries.ts';
import type { Transcript } from './transcript.ts';
import type { ModelCall } from './truth.ts';
import { unaccounted } from './unaccounted.ts';

const DIALECTS: Readonly<Record<ModelProtocol, Dialect>> = {
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
};

export type GatewayLimits = {
  /** Most output of one call; asked for less, less is reserved. */
  outputTokens: number;
  /** A call is not started when fewer than these are left for its output. */
  leastOutputTokens: number;
  bodyBytes: number;
  /** Wait for the provider's first byte, and then for each further one. */
  silenceMs: number;
};

const DEFAULT_LIMITS: GatewayLimits = {
  outputTokens: 32_000,
  leastOutputTokens: leastCall.output,
  bodyBytes: 24 << 20,
  silenceMs: 300_000,
};

export type GatewayLog = {
  /** Once per request, after its end. Holds no content and no key. */
  call(run: string, call: ModelCall): void;
  /** The budget could not be settled: the run is under-counted until somebody looks. */
  unsettled(run: string, call: ModelCall, error: unknown): void;
};

export type GatewayOptions = {
  /** At most one per protocol. */
  providers: readonly Provider[];
  /** Price of a model for a run. Absent: prices.ts. */
  price?: (model: string, run: RunIdentity) => Price | undefined;
  meter: Meter;
  log: GatewayLog;
  /** Absent: nothing of what is said is kept. */
  transcript?: Transcript;
  limits?: Partial<GatewayLimits>;
  /** What stands before `/<protocol>/…` in the path. Absent: `/runner/model`. */
  mount?: string;
};

export type Gateway = {
  /**
   * Answers one request of an agent whose run token was already checked. Expected refusals are answers in the
   * provider's error shape: 403 also when the budget is spent, never 429, which agents would retry. Throws what the meter
   * throws, and when the request breaks off while it is read. Aborting its signal aborts the provider's answer.
   */
  fetch(request: Request, run: RunIdentity): Promise<Response>;
};

/** JSON is about four bytes per token; three overestimates, which a reservation should. */
const BYTES_PER_TOKEN = 3;

export function createGateway({
  providers,
  price = (model, { named }) => priceOf(model, named),
  meter,
  log,
  transcript,
  limits: given,
  mount = '/runner/model',
}: GatewayOptions): Gateway {
  const limits = { ...DEFAULT_LIMITS, ...given };
  const retries = createRetries();

  return {
    async fetch(request, run) {
      const started = Date.now();
      const url = new URL(request.url);
      const [name = '', ...rest] = url.pathname.startsWith(`${mount}/`)
        ? url.pathname.slice(mount.length + 1).split('/')
        : [];
      const named = ModelProtocol.safeParse(name);
      if (!named.success)
        return json(404, {
          error: { message: `No model protocol ${JSON.stringify(name.slice(0, 60))}.`, code: 'path_not_allowed' },
        });
      const protocol = named.data;
      const dialect = DIALECTS[protocol];

      const refuse = async (denial: Denial, model: string | null) => {
        const call: ModelCall = {
          ...blankCall(protocol, started),
          model,
          status: denial.status,
          denied: denial.code,
          complete: true,
        };
        // A side call without a price does without its answer; the work itself cannot.
        const stop = model !== null && model === run.named?.model ? unaccounted(call) : undefined;
        if (await meter.refused(run, call, { spent: denial.code === 'budget_spent', stop })) log.call(run.run, call);
        return json(denial.status, dialect.error(denial.status, denial.code, denial.message));
      };

      const route = dialect.route({ method: request.method, path: `/${rest.join('/')}`, search: url.searchParams });
      if (route === null)
        return refuse(
          { status: 404, code: 'path_not_allowed', message: `${request.method} on this path is not allowed.` },
          null,
        );
      const provider = providers.find((candidate) => candidate.protocol === protocol);
      if (provider === undefined)
        return refuse(deny('no_provider', `The control plane has no key for ${protocol}.`), null);

      const read = await readBody(request, limits.bodyBytes);
      if ('denial' in read) return refuse(read.denial, null);
      const model = modelOf(route, read.body);
      if (model === null || !run.models.includes(model)) return refuse(modelDenial(run), model);
      const known = price(model, run);
      const digest = digestOf([model, dialect.conversation(read.body)]);
      const failures = retries.failures(run.run, digest);
      const denial =
        (known === undefined && run.costLimited ? priceDenial(model) : null) ??
        dialect.inspect(read.body) ??
        (failures < mostFailures ? null : retriesDenial(failures));
      if (denial !== null) return refuse(denial, model);

      const input = Math.ceil(read.bytes / BYTES_PER_TOKEN);
      const most = Math.min(dialect.maxOutput(read.body) ?? limits.outputTokens, limits.outputTokens);
      const reservation = await meter.reserve(
        run,
        {
          input,
          leastOutput: Math.min(most, limits.leastOutputTokens),
          mostOutput: most,
          rate: known && highestRate(known, input),
        },
        protocol,
      );
      if (reservation.status === 'stopped') return refuse(deny('run_stopped', `${reservation.why} Stop here.`), model);
      if (reservation.status === 'spent') return refuse(spentDenial(reservation.spent), model);
      const body = dialect.rewrite(read.body, reservation.output);

      return forward({
        headers: request.headers,
        signal: run.revoked === undefined ? request.signal : AbortSignal.any([request.signal, run.revoked]),
        dialect,
        provider,
        target: route.target,
        body: reservation.near ? dialect.warn(body, warningOf(reservation.near)) : body,
        silenceMs: limits.silenceMs,
        call: { ...blankCall(protocol, started), model },
        reserved: { input, output: reservation.output },
        price: known,
        settle: async (call, answer) => {
          log.call(run.run, call);
          retries.settled(run.run, digest, call);
          transcript?.record(run.run, {
            call,
            dialect,
            body: read.body,
            digest,
            answer,
            key: provider.key,
          });
          // The answer is on its way or gone: the agent cannot be told, the operator must be.
          await meter
            .settle(reservation.id, call, unaccounted(call))
            .catch((error) => log.unsettled(run.run, call, error));
        },
      });
    },
  };
}

const blankCall = (protocol: ModelProtocol, started: number): ModelCall => ({
  at: new Date(started).toISOString(),
  durationMs: Math.max(0, Date.now() - started),
  protocol,
  model: null,
  status: null,
  errorCode: null,
  denied: null,
  complete: false,
  refused: false,
  retryAfter: null,
  inputTokens: 0,
  outputTokens: 0,
  counted: 'nothing',
  costUsd: null,
});

function modelOf(route: Route, body: Json): string | null {
  const model = route.model ?? object(body).model;
  return typeof model === 'string' && model.length <= 200 ? model : null;
}

const modelDenial = (run: RunIdentity): Denial =>
  deny('model_not_allowed', `This run may ask ${run.models.join(', ') || 'no model'} only.`);

const priceDenial = (model: string): Denial =>
  deny(
    'price_unknown',
    `A budget in dollars is set and the price of ${model} is not known. Stop here; budgets.modelPrice in .github/harness.yml can name it.`,
  );

const spentDenial = (use: BudgetUse): Denial =>
  deny(
    'budget_spent',
    `The budget is spent: ${budgetWhy(use)}${['tokens', 'micros'].includes(unitOf(use.budget)) ? ', and the rest does not pay for this request' : ''}. Stop here; trying again cannot help.`,
  );

/** What is asked, and not how: a CLI stamps each attempt with metadata of its own (codex does, seen). */
const digestOf = (asked: unknown): string => createHash('sha256').update(JSON.stringify(asked)).digest('hex');

const retriesDenial = (failures: number): Denial =>
  deny(
    'retries_spent',
    `This request has failed ${failures} times in a row, at the provider or on the way. Stop here; trying again cannot help.`,
  );

/** Goes to the agent with each call from then on: it keeps no memory of what it did not write itself. */
const warningOf = ({ budget, limit, used }: BudgetUse): string =>
  `Note from the harness that runs you: the budget for this work is nearly used up (${amountOf(budget, used)} of ${amountOf(budget, limit)}). Finish now: complete what is half done, write your result, and leave everything else out.`;
