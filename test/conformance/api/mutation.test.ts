// What every change by the API keeps to: scope, Idempotency-Key, one transaction, audit. On both databases.
import { Hono } from 'hono';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccess } from '../../../src/api/access.ts';
import { mutate } from '../../../src/api/mutation.ts';
import { problem } from '../../../src/api/problem.ts';
import { listAudit } from '../../../src/journal/audit.ts';
import { type Journal, openJournal } from '../../../src/journal/database.ts';
import { databases, fresh } from '../journal/databases.ts';

const tokens = [
  { name: 'reader', scopes: ['read'], token: 'reads' },
  { name: 'ops', scopes: ['pause'], token: 'pauses' },
  { name: 'night', scopes: ['pause'], token: 'pauses-too' },
];

describe.each(databases)('on %s', (kind) => {
  let journal: Journal;
  let door: Hono;
  let done = 0;

  beforeAll(async () => {
    journal = await openJournal(await fresh(kind), () => {});
    const access = createAccess(tokens);
    door = new Hono();
    door.post('/things/:name', async (context) => {
      const name = context.req.param('name');
      return mutate(
        context,
        { db: journal.db, access },
        {
          scope: 'pause',
          action: 'make',
          why: 'a test',
          content: (await context.req.json()) as object,
          async act({ tx, who }) {
            await tx.insertInto('artifact').values({ digest: name, media: who, size: 0, bytes: Buffer.of() }).execute();
            if (name.startsWith('refused')) return problem(409, 'thing', 'Not this one.');
            if (name.startsWith('broken')) throw new Error('out of order');
            return { status: 201, body: { name, n: ++done }, target: `thing:${name}` };
          },
        },
      );
    });
    door.onError(() => problem(500, 'internal', 'failed'));
  });
  afterAll(() => journal.close());

  const ask = (
    name: string,
    { key, token = 'pauses', content = {} }: { key?: string; token?: string | null; content?: object } = {},
  ) =>
    door.request(`/things/${name}`, {
      method: 'POST',
      body: JSON.stringify(content),
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
    });
  const made = async () => (await journal.db.selectFrom('artifact').select('digest').execute()).length;
  const audited = async () => (await listAudit(journal.db, { before: undefined, limit: 100 })).length;

  test('only a token that names the scope may, and a refusal leaves no trace', async () => {
    expect((await ask('a', { key: 'k', token: null })).status).toBe(401);
    expect((await ask('a', { key: 'k', token: 'guess' })).status).toBe(401);
    const reader = await ask('a', { key: 'k', token: 'reads' });
    expect(reader.status).toBe(403);
    expect(await reader.text()).toContain('\\"pause\\"');
    for (const key of [undefined, '', 'two words', 'x'.repeat(129)])
      expect((await ask('a', key === undefined ? {} : { key })).status).toBe(400);
    expect([await made(), await audited()]).toEqual([0, 0]);
  });

  test('the same request is done once and answered the same; another one under its key is refused', async () => {
    const first = await ask('one', { key: 'k1' });
    const again = await ask('one', { key: 'k1' });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(await again.json()).toEqual(await first.json());
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await ask('one', { key: 'k1', content: { other: 1 } })).status).toBe(422);
    expect((await ask('two', { key: 'k1' })).status).toBe(422);
    expect([await made(), await audited()]).toEqual([1, 1]);
    expect((await ask('three', { key: 'k1', token: 'pauses-too' })).status).toBe(201);
    const [entry] = await listAudit(journal.db, { before: undefined, limit: 1 });
    expect(entry).toMatchObject({
      source: 'api',
      who: 'night',
      scope: 'pause',
      action: 'make',
      target: 'thing:three',
      why: 'a test',
    });
    expect(entry?.request).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('twenty at once with one key do it once', async () => {
    const before = [await made(), await audited()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('many', { key: 'k20' })));
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(bodies).size).toBe(1);
    expect([await made(), await audited()]).toEqual(before.map((count) => count + 1));
  });

  test('what is refused or fails changes nothing, and its key may be used again', async () => {
    const before = [await made(), await audited()];
    expect((await ask('refused', { key: 'k3' })).status).toBe(409);
    expect((await ask('broken', { key: 'k3' })).status).toBe(500);
    expect([await made(), await audited()]).toEqual(before);
    expect((await ask('right', { key: 'k3' })).status).toBe(201);
  });

  test('a key is free again after a day', async () => {
    await ask('old', { key: 'k4' });
    await sql`update api_answer set expires = clock_timestamp() - interval '1 second'`.execute(journal.db);
    expect((await ask('new', { key: 'k4' })).status).toBe(201);
    expect(await journal.db.selectFrom('api_answer').select('key').execute()).toEqual([{ key: 'k4' }]);
  });
});
