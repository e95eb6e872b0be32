// What every tracer promises, and what OpenTelemetry's sends: one tree a delivery, whichever process adds to it.
import { afterEach, describe, expect, test } from 'vitest';
import { createOtelTracer } from '../../../adapters/tracer/otel/otel.ts';
import { traceIdsOf } from '../../../adapters/tracer/otel/trace-ids.ts';
import { createPlainTracer } from '../../../adapters/tracer/plain.ts';
import { openTracer } from '../../../adapters/tracer/tracer.ts';
import { attribute, type Collector, startCollector } from '../../scene/collector.ts';

const guid = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const ticket = 'ticket:1#2';
const open: Collector[] = [];
const collector = async () => {
  const started = await startCollector();
  open.push(started);
  return started;
};
const quiet = () => {};
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const tracers = {
  plain: async () => createPlainTracer(),
  otel: async () => createOtelTracer({ endpoint: (await collector()).url, onProblem: quiet }),
};

describe.each(Object.entries(tracers))('the %s tracer', (_, make) => {
  test('work knows what it is about, after a pause and beside other work', async () => {
    const tracer = await make();
    const seen: unknown[] = [];
    const look = async (issue: number) => {
      await new Promise((done) => setImmediate(done));
      seen.push([issue, tracer.about()]);
    };
    await Promise.all(
      [2, 3].map((issue) =>
        tracer.within({ ticket_id: `ticket:1#${issue}` }, () =>
          tracer.step('perform', { command: `C${issue}` }, () => look(issue)),
        ),
      ),
    );
    expect(seen).toEqual([2, 3].map((issue) => [issue, { ticket_id: `ticket:1#${issue}`, command: `C${issue}` }]));
    expect(tracer.about()).toEqual({});
    await tracer.close();
  });

  test('a failure goes on to who asked, and results come back', async () => {
    const tracer = await make();
    const failure = new TypeError('no');
    await expect(tracer.step('converge', {}, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await tracer.step('converge', {}, async () => 7)).toBe(7);
    tracer.tell('github', {}, 5);
    await tracer.close();
  });
});

test('two processes that know nothing of each other make one tree', async () => {
  const { url, spans, services, strange } = await collector();
  const first = createOtelTracer({ endpoint: url, onProblem: quiet });
  first.tell('receive', { delivery_id: guid, event: 'issues' }, 3);
  await first.close();
  const second = createOtelTracer({ endpoint: url, onProblem: quiet });
  await second
    .within({ ticket_id: ticket, delivery_id: guid }, () =>
      second.step('perform', { command: 'ReadStart' }, async () => {
        await new Promise((done) => setImmediate(done));
        second.tell(
          'github',
          { github: { method: 'GET', route: '/app', status: 500, ms: 7, remaining: undefined } },
          7,
        );
        throw new TypeError('a secret detail');
      }),
    )
    .catch(quiet);
  await second.close();

  const [root, request, step] = spans;
  expect(spans.map(({ name }) => name)).toEqual(['receive', 'github', 'perform']);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([guid.replaceAll('-', '')]));
  expect(root?.parentSpanId).toBeUndefined();
  expect(step?.parentSpanId).toBe(root?.spanId);
  expect(request?.parentSpanId).toBe(step?.spanId);
  expect(step && [attribute(step, 'ticket_id'), attribute(step, 'delivery_id'), step.status.code]).toEqual([
    ticket,
    guid,
    2,
  ]);
  expect(request && [attribute(request, 'github.route'), Number(attribute(request, 'github.status'))]).toEqual([
    '/app',
    500,
  ]);
  expect(JSON.stringify(spans)).not.toContain('a secret detail');
  expect([...services]).toEqual(['gantry']);
  expect(strange).toEqual([]);
});

test('the ids of a trace come from the delivery alone and are valid', () => {
  expect(traceIdsOf(guid)).toEqual(traceIdsOf(guid));
  expect(traceIdsOf(guid).traceId).toBe('72d3162ecc7811e381ab4c9367dc0958');
  const ids = [guid, 'g', '', `${'0'.repeat(32)}`, 'a b c', 'f'.repeat(33)].map(traceIdsOf);
  for (const { traceId, spanId } of ids) {
    expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^(?!0+$)[0-9a-f]{16}$/);
  }
  expect(new Set(ids.map(({ traceId }) => traceId)).size).toBe(ids.length);
});

test('a collector that is gone is told of, and holds nothing up', async () => {
  const gone = await startCollector();
  await gone.close();
  const problems: string[] = [];
  const tracer = await openTracer(gone.url, (why) => problems.push(why));
  tracer.tell('receive', { delivery_id: guid }, 1);
  const began = performance.now();
  await tracer.close();
  expect(performance.now() - began).toBeLessThan(4_000);
});
