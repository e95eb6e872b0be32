// Spans by OpenTelemetry, sent in batches to a collector over OTLP/HTTP. Loaded only where a collector is configured.

import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, RandomIdGenerator, TracerProvider } from '@opentelemetry/sdk-trace';
import type { About } from '../../../src/facts/about.ts';
import type { SpanName, Tracer } from '../contract.ts';
import { type TraceIds, traceIdsOf } from './trace-ids.ts';

export type OtelOptions = {
  /** OTEL_EXPORTER_OTLP_ENDPOINT: spans go to `<endpoint>/v1/traces`. No trailing slash. */
  endpoint: string;
  /** Hears that spans could not be sent; they are dropped then, and nothing waits for them. */
  onProblem: (why: string) => void;
};

const kinds: Record<SpanName, SpanKind> = {
  receive: SpanKind.SERVER,
  translate: SpanKind.CONSUMER,
  react: SpanKind.CONSUMER,
  perform: SpanKind.CONSUMER,
  converge: SpanKind.CONSUMER,
  github: SpanKind.CLIENT,
};
/** Half of the queue's default 5 s: what a person looks for is there when they look. */
const delayMs = 2_000;
/** At the end of the process: a collector that does not answer must not hold it up. */
const closeMs = 2_000;

type Here = { about: About; span?: Span };

export function createOtelTracer({ endpoint, onProblem }: OtelOptions): Tracer {
  const quiet = () => {};
  diag.setLogger(
    { error: onProblem, warn: onProblem, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const random = new RandomIdGenerator();
  // Read only while a root is being made, which happens at once: a span's id cannot be given in any other way.
  let given: TraceIds | undefined;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'gantry' }),
    idGenerator: {
      generateTraceId: () => given?.traceId ?? random.generateTraceId(),
      generateSpanId: () => given?.spanId ?? random.generateSpanId(),
    },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url: `${endpoint}/v1/traces` }),
        scheduledDelayMillis: delayMs,
      }),
    ],
  });
  const spans = provider.getTracer('gantry');
  const here = new AsyncLocalStorage<Here>();
  const about = () => here.getStore()?.about ?? {};

  const parentOf = ({ delivery_id }: About): Context => {
    const span = here.getStore()?.span;
    if (span) return trace.setSpan(ROOT_CONTEXT, span);
    return delivery_id === undefined
      ? ROOT_CONTEXT
      : trace.setSpanContext(ROOT_CONTEXT, { ...traceIdsOf(delivery_id), traceFlags: 1, isRemote: true });
  };
  const start = (name: SpanName, more: About, startTime?: number): Span => {
    const root = name === 'receive' && more.delivery_id !== undefined;
    given = root ? traceIdsOf(more.delivery_id ?? '') : undefined;
    try {
      const options = {
        kind: kinds[name],
        attributes: attributesOf(more),
        ...(startTime !== undefined && { startTime }),
      };
      return spans.startSpan(name, options, root ? ROOT_CONTEXT : parentOf(more));
    } finally {
      given = undefined;
    }
  };

  return {
    within: (more, work) => here.run({ ...here.getStore(), about: { ...about(), ...more } }, work),
    async step(name, more, work) {
      const all = { ...about(), ...more };
      const span = start(name, all);
      try {
        return await here.run({ about: all, span }, work);
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : 'failed' });
        throw error;
      } finally {
        span.end();
      }
    },
    tell(name, more, ms) {
      const now = Date.now();
      start(name, { ...about(), ...more }, now - ms).end(now);
    },
    about,
    async close() {
      const late = new Promise<void>((done) => setTimeout(done, closeMs).unref());
      await Promise.race([provider.shutdown(), late]);
    },
  };
}

/** Flat: what GitHub was asked becomes `github.method` and its like. */
function attributesOf(about: About): Record<string, string | number> {
  const { github = {}, ...fields } = about;
  const entries = [
    ...Object.entries(fields),
    ...Object.entries(github).map(([name, value]) => [`github.${name}`, value]),
  ];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string | number] => ['string', 'number'].includes(typeof entry[1])),
  );
}
