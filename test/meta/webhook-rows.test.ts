// docs/architecture.md shows the rows that one webhook leaves; this makes them. `npx vitest run test/meta -u` writes them anew.
import path from 'node:path';
import { expect, test } from 'vitest';
import { read, root } from './project-files.ts';
import { webhookRows } from './webhook-rows.ts';

const page = 'docs/architecture.md';
const rows = await webhookRows();
const place = /(<!-- rows:(\w+) -->\n)[\s\S]*?(<!-- \/rows -->)/g;

test('the rows on the page are the rows of the journal', async () => {
  const text = read(page);
  expect([...text.matchAll(place)].map(([, , step]) => step)).toEqual(Object.keys(rows));
  const made = text.replace(
    place,
    (_, start: string, step: string, end: string) => `${start}\n${rows[step]}\n\n${end}`,
  );
  await expect(made).toMatchFileSnapshot(path.join(root, page));
});

test('each step leaves rows of its own', () => {
  expect(rows.stored).toContain('state `stored`');
  expect(rows.translated).toContain('seq `pending`');
  expect(rows.reacted).toContain('command `ReadStart`');
  expect(rows.answered).toContain('stage `not_ready`');
  expect(rows.converged).toContain('| written |');
});
