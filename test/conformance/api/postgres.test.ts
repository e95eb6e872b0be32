// The same reads on a Postgres server, whose driver hands out other types than PGlite does.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Journal, openJournal } from '../../../src/journal/database.ts';
import { fresh } from '../journal/databases.ts';
import { openSite, type Site, tokens } from './site.ts';
import { tell } from './story.ts';

let journal: Journal;
let site: Site;
const errors: unknown[] = [];

beforeAll(async () => {
  journal = await openJournal(await fresh('postgres'), (error) => errors.push(error));
  site = await openSite(tokens, journal);
  const story = tell(journal);
  await story.planned(10);
  await story.approve(10);
  await story.implemented(10);
  await story.merged(10);
  await story.planned(20);
});
afterAll(async () => {
  await site.close();
  await journal.close();
  expect([...errors, ...site.errors]).toEqual([]);
});

test('pages, API and metrics read the same', async () => {
  const page = await (await site.read('/tickets/7/10')).text();
  expect(page).toContain('Plan approved');
  expect(page).toContain('56,430');
  expect((await site.read('/pulls/7/11')).status).toBe(200);
  const list = await (await site.read('/api/v1/tickets?state=all&limit=1')).json();
  expect(list).toMatchObject({ items: [{ number: 20, repository: { id: 7 } }], next: expect.stringMatching(/^\d+$/) });
  const rest = await (await site.read(`/api/v1/tickets?state=all&limit=1&cursor=${Object(list).next}`)).json();
  expect(rest).toMatchObject({ items: [{ number: 10, stage: 'merged', open: false }], next: null });
  expect((await site.read('/api/v1/runs/7-10-2')).status).toBe(200);
  const metrics = await (await site.read('/metrics')).text();
  expect(metrics).toContain('gantry_model_tokens_total{direction="input"} 156930\n');
  expect(metrics).toContain('gantry_tickets_open{stage="awaiting_approval"} 1\n');
  // Nobody works the queue here, so its jobs have waited.
  expect(metrics).toMatch(/gantry_queue_oldest_seconds\{queue="react"\} (?!0\n)\d/);
});
