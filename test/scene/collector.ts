// An OTLP/HTTP collector on loopback that keeps the spans it is sent.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

const Attribute = z.object({
  key: z.string(),
  value: z.object({ stringValue: z.string().optional(), intValue: z.union([z.string(), z.number()]).optional() }),
});
const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(Attribute).default([]),
  status: z.object({ code: z.number().default(0) }).default({ code: 0 }),
});
/** As OTLP writes it in JSON. */
const Export = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(Attribute) }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});
export type CollectedSpan = z.infer<typeof Span>;

export type Collector = {
  url: string;
  /** In order of arrival. */
  spans: CollectedSpan[];
  /** Names of the services that sent them. */
  services: Set<string>;
  /** Requests for anything but `POST /v1/traces`, and bodies that are no OTLP. */
  strange: string[];
  close(): Promise<void>;
};

export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const services = new Set<string>();
  const strange: string[] = [];
  const server = http.createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const told = Export.safeParse(JSON.parse(Buffer.concat(pieces).toString()));
    if (request.method !== 'POST' || request.url !== '/v1/traces') strange.push(`${request.method} ${request.url}`);
    if (!told.success) strange.push(told.error.message);
    for (const { resource, scopeSpans } of told.data?.resourceSpans ?? []) {
      services.add(resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '');
      spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    services,
    strange,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

export const attribute = (span: CollectedSpan, key: string): string | number | undefined => {
  const value = span.attributes.find((one) => one.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
};
