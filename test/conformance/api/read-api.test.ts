// The read API over real HTTP. What it sends is checked against the document that it publishes.

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { evidenceOf } from '../../../src/api/read/runs.ts';
import { ticketStream } from '../../../src/facts/stream.ts';
import { bury } from '../../../src/journal/dead-letter.ts';
import { openSite, type Site } from './site.ts';
import { type Story, tell } from './story.ts';

let site: Site;
let story: Story;

const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))).min(1),
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.enum(['path', 'query', 'header']), schema: z.looseObject({}) }))
    .default([]),
  responses: z.record(
    z.string(),
    z.looseObject({
      description: z.string(),
      content: z.record(z.string(), z.looseObject({ schema: z.looseObject({}) })),
    }),
  ),
});
const Document = z.looseObject({
  openapi: z.literal('3.1.0'),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(z.string(), z.strictObject({ get: Operation.optional(), post: Operation.optional() })),
  components: z.looseObject({
    schemas: z.record(z.string(), z.looseObject({})),
    securitySchemes: z.looseObject({ token: z.looseObject({}) }),
  }),
});

const json = async (path: string) => {
  const answer = await site.read(`/api/v1${path}`);
  return { status: answer.status, type: answer.headers.get('content-type'), body: JSON.parse(await answer.text()) };
};
const items = z.looseObject({ items: z.array(z.looseObject({})), next: z.string().nullable() });

beforeAll(async () => {
  site = await openSite();
  story = tell(site.journal);
  await story.planned(10);
  await story.approve(10);
  await story.implemented(10);
  await story.merged(10);
  await story.planned(20);
  for (const number of [31, 32, 33]) await story.start(number, `Ticket ${number}`);
});
afterAll(async () => {
  expect(site.errors).toEqual([]);
  await site.close();
});

/** Routes that change something, and the one that answers bytes, are held to their own tests. */
const readable = (document: unknown): unknown => {
  const { paths, ...rest } = document as { paths: Record<string, object> };
  return {
    ...rest,
    paths: Object.fromEntries(
      Object.entries(paths).filter(([path, verbs]) => 'get' in verbs && !path.endsWith('/content')),
    ),
  };
};

test('every answer is what the document says it is', async () => {
  await site.inbox.store({
    guid: 'guid-1',
    event: 'issues',
    action: 'labeled',
    installation: 1,
    body: Buffer.from('{}'),
  });
  await site.journal.db
    .transaction()
    .execute((tx) =>
      bury(tx, { work: { kind: 'run', stream: ticketStream(7, 10), run: '7-10-1' }, class: 'auth', why: 'refused' }),
    );
  const document = Document.parse(readable((await json('/openapi.json')).body));
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ $id: 'doc', ...document });
  const examples: Record<string, string> = {
    '/tickets': '/tickets?state=all',
    '/tickets/{repo}/{number}': '/tickets/7/10',
    '/tickets/{repo}/{number}/facts': '/tickets/7/10/facts?limit=200',
    '/pulls/{repo}/{number}/facts': '/pulls/7/11/facts',
    '/pulls/{repo}/{number}/report': '/pulls/7/21/report',
    '/artifacts/{digest}': `/artifacts/${(await evidenceOf(site.journal.db, ticketStream(7, 10))).get('7-10-1')}`,
    '/runs/{id}': '/runs/7-10-1',
    '/runs/{id}/evidence': '/runs/7-10-1/evidence',
    '/deliveries/{guid}': '/deliveries/guid-1',
    '/deliveries': '/deliveries?status=stored',
    '/events': '/events?limit=200',
    '/runs': '/runs?repo=7',
    '/leases': '/leases',
    '/controls': '/controls?state=all',
    '/audit': '/audit',
    '/dead-letters': '/dead-letters',
    '/dead-letters/{id}': '/dead-letters/1',
  };
  const reading = Object.entries(document.paths).flatMap(([path, { get }]) => (get ? [{ path, get }] : []));
  expect(reading.map(({ path }) => path).toSorted()).toEqual(Object.keys(examples).toSorted());
  const ids = new Set<string>();
  for (const { path, get } of reading) {
    ids.add(get.operationId);
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(get.parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(named);
    for (const { schema } of get.parameters) expect(ajv.validateSchema(schema)).toBe(true);
    const escaped = path.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D');
    const validate = ajv.getSchema(`doc#/paths/${escaped}/get/responses/200/content/application~1json/schema`);
    const { status, body } = await json(examples[path] ?? '');
    expect(status, path).toBe(200);
    expect(validate?.(body), `${path} ${JSON.stringify(validate?.errors)}`).toBe(true);
    expect(validate?.({}), `${path} would take anything`).toBe(false);
  }
  expect(ids.size).toBe(Object.keys(examples).length);
  const problem = ajv.getSchema('doc#/components/schemas/Problem');
  for (const path of ['/tickets?limit=0', '/tickets/7/999', '/runs/none', '/nothing'])
    expect(problem?.((await json(path)).body), path).toBe(true);
});

test('the evidence of a run is what it handed in, and another run has none of it', async () => {
  expect((await json('/runs/7-10-2/evidence')).body).toMatchObject({ version: 1, run: '7-10-2' });
  expect(await json('/runs/none/evidence')).toMatchObject({ status: 404, type: 'application/problem+json' });
});

test('pages of tickets hold each one once, newest first, also while new ones come', async () => {
  const seen: number[] = [];
  let next: string | null = '';
  while (next !== null) {
    const page = items.parse((await json(`/tickets?state=all&limit=2${next && `&cursor=${next}`}`)).body);
    expect(page.items.length).toBeLessThanOrEqual(2);
    seen.push(...page.items.map(({ number }) => Number(number)));
    next = page.next;
    if (seen.length === 2) await story.start(99, 'A late one');
  }
  expect(seen).toEqual([33, 32, 31, 20, 10]);
});

test('tickets are told apart by state and repository', async () => {
  const numbers = async (query: string) =>
    items.parse((await json(`/tickets?${query}`)).body).items.map(({ number }) => number);
  expect(await numbers('state=ended')).toEqual([10]);
  expect(await numbers('state=open')).not.toContain(10);
  expect(await numbers('state=all&repo=8')).toEqual([]);
  expect(await numbers('state=all&repo=7')).toContain(10);
});

test('facts come in order, page by page, and all of them', async () => {
  const seqs: unknown[] = [];
  let next: string | null = '';
  while (next !== null) {
    const page = items.parse((await json(`/tickets/7/10/facts?limit=7${next && `&cursor=${next}`}`)).body);
    seqs.push(...page.items.map(({ seq }) => seq));
    next = page.next;
  }
  expect(seqs.length).toBeGreaterThan(20);
  expect(seqs).toEqual(seqs.map((_, index) => index + 1));
});

test('a ticket tells what it waits for in plain words, a run what it used and never its token', async () => {
  const { body } = await json('/tickets/7/20');
  expect(body).toMatchObject({
    stage: 'awaiting_approval',
    pull: 21,
    waitsFor: { id: 'next-approve' },
    runList: [{ id: '7-20-1' }],
  });
  expect(body.waitsFor.text).toMatch(/types: \/approve-plan [0-9a-f]{64}/);
  const run = (await json('/runs/7-10-1')).body;
  expect(run).toMatchObject({
    state: 'succeeded',
    outcome: { kind: 'delivered' },
    usage: { calls: 1, inputTokens: 52_310, outputTokens: 4_120 },
  });
  expect(JSON.stringify(run)).not.toMatch(/token"|exchanged/);
});

test('a delivery tells what became of it', async () => {
  await site.inbox.store({
    guid: 'guid-2',
    event: 'issues',
    action: 'edited',
    installation: 1,
    body: Buffer.from('{}'),
  });
  expect((await json('/deliveries/guid-2')).body).toMatchObject({
    event: 'issues',
    action: 'edited',
    state: 'stored',
    note: null,
  });
  await site.journal.db
    .transaction()
    .execute((tx) => site.inbox.mark(tx, 'guid-2', 'ignored', 'nothing in it concerns us'));
  expect((await json('/deliveries/guid-2')).body).toMatchObject({
    state: 'ignored',
    note: 'nothing in it concerns us',
  });
  expect(await json('/deliveries/never')).toMatchObject({ status: 404, type: 'application/problem+json' });
});

test('malformed parameters are named one by one and not repeated', async () => {
  const { status, type, body } = await json('/tickets?limit=9999&cursor=<script>&state=gone');
  expect(status).toBe(400);
  expect(type).toBe('application/problem+json');
  expect(body.problems.map(({ field }: { field: string }) => field).toSorted()).toEqual(['cursor', 'limit', 'state']);
  expect(JSON.stringify(body)).not.toContain('script');
  for (const path of [
    '/tickets/abc/1',
    '/tickets/7/0',
    '/tickets/7/1e3',
    '/tickets/7/1/facts?limit=-1',
    `/runs/${'x'.repeat(300)}`,
    '/deliveries/%20',
  ])
    expect((await json(path)).status, path).toBe(400);
});

test('tickets, runs, artifacts, reports and facts are what docs/schema says of them', async () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  const evidence = (await evidenceOf(site.journal.db, ticketStream(7, 10))).get('7-10-1');
  const [ticket] = items.parse((await json('/tickets?state=all')).body).items;
  const facts = items.parse((await json('/tickets/7/10/facts?limit=200')).body).items;
  const shown: [string, unknown][] = [
    ['ticket', ticket],
    ['run', (await json('/runs/7-10-1')).body],
    ['artifact', (await json(`/artifacts/${evidence}`)).body],
    ['policy-report', (await json('/pulls/7/21/report')).body],
    ...facts.map((fact): [string, unknown] => ['fact', fact]),
  ];
  for (const [name, value] of shown) {
    const file = new URL(`../../../docs/schema/${name}.schema.json`, import.meta.url);
    const { $id, ...schema } = JSON.parse(readFileSync(file, 'utf8'));
    const validate = ajv.compile(schema);
    expect(validate(value), `${$id} ${JSON.stringify(validate.errors)}`).toBe(true);
  }
});

test('the policy report says why a head may not be merged, rule by rule, and only ours have one', async () => {
  const { body } = await json('/pulls/7/21/report');
  expect(body).toMatchObject({ version: 1, pull: 21, gate: { name: 'harness/gate' }, next: { id: 'next-approve' } });
  expect(body.gate.status).not.toBe('success');
  expect(body.rules.length).toBeGreaterThan(5);
  for (const { check, rule, text } of body.rules) {
    expect(check).toMatch(/^[a-z-]+$/);
    expect(rule).not.toBe('');
    expect(text, `${rule} has words`).not.toBe(rule);
  }
  expect((await json('/pulls/7/999/report')).status).toBe(404);
});

test('an artifact tells which streams name it', async () => {
  const evidence = (await evidenceOf(site.journal.db, ticketStream(7, 10))).get('7-10-1');
  expect((await json(`/artifacts/${evidence}`)).body).toMatchObject({
    digest: evidence,
    media: 'application/json',
    namedBy: ['pull:7#11', 'ticket:7#10'],
  });
  expect((await json(`/artifacts/${'0'.repeat(64)}`)).status).toBe(404);
  expect((await json('/artifacts/xyz')).status).toBe(400);
});

test('what is read cannot be written', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    const answer = await site.ask('/api/v1/tickets', { method, headers: { authorization: 'Bearer a-reading-token' } });
    expect(answer.status, method).toBe(404);
  }
});
