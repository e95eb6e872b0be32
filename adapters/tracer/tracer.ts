// Chooses the tracer. OpenTelemetry is imported only where a collector is named: without one it costs nothing.
import type { Tracer } from './contract.ts';
import type { OtelOptions } from './otel/otel.ts';
import { createPlainTracer } from './plain.ts';

/** `endpoint`: OTEL_EXPORTER_OTLP_ENDPOINT. */
export async function openTracer(endpoint: string | undefined, onProblem: OtelOptions['onProblem']): Promise<Tracer> {
  if (endpoint === undefined) return createPlainTracer();
  const { createOtelTracer } = await import('./otel/otel.ts');
  return createOtelTracer({ endpoint, onProblem });
}
