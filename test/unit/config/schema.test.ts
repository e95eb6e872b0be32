import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { schemaFiles } from '../../../src/config/schema.ts';

const files = schemaFiles();

test('docs/schema holds every schema and nothing else', () => {
  const folder = new URL('../../../docs/schema/', import.meta.url);
  const there = readdirSync(folder).filter((file) => file.endsWith('.json'));
  expect(there.toSorted()).toEqual(Object.keys(files).toSorted());
  expect(there.length).toBeGreaterThan(6);
  const listed = readFileSync(new URL('README.md', folder), 'utf8');
  expect(there.filter((file) => !listed.includes(`(${file})`))).toEqual([]);
});

test.each(Object.keys(files))('docs/schema/%s is what the code says (npm run schema writes it)', async (file) => {
  await expect(`${JSON.stringify(files[file], null, 2)}\n`).toMatchFileSnapshot(`../../../docs/schema/${file}`);
});

test.each(Object.keys(files))('%s is a valid schema that has a version', (file) => {
  const validate = new Ajv2020({ strict: false, formats: { 'date-time': true } }).compile(files[file] ?? {});
  expect(validate({})).toBe(false);
  expect(files[file]).toMatchObject({ properties: { version: {} }, required: expect.arrayContaining(['version']) });
});

test('an editor that uses the committed schema accepts and refuses as readPolicy does', () => {
  const schema = JSON.parse(readFileSync(new URL('../../../docs/schema/harness.schema.json', import.meta.url), 'utf8'));
  const validate = new Ajv2020({ strict: false }).compile(schema);
  expect(validate({ version: 1, layers: { unit: { run: 'npm test' } }, merge: { by: 'people' } })).toBe(true);
  expect(validate({ version: 2 })).toBe(false);
  expect(validate({ version: 1, unknown: true })).toBe(false);
  expect(validate({ version: 1, layers: { e2e: { run: 'x' } } })).toBe(false);
});
