import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { harnessSchema } from '../../../src/config/schema.ts';

test('docs/schema/harness.schema.json is what the policy says (npm: node src/cli/schema.ts writes it)', async () => {
  await expect(`${JSON.stringify(harnessSchema(), null, 2)}\n`).toMatchFileSnapshot(
    '../../../docs/schema/harness.schema.json',
  );
});

test('an editor that uses the committed schema accepts and refuses as readPolicy does', () => {
  const schema = JSON.parse(readFileSync(new URL('../../../docs/schema/harness.schema.json', import.meta.url), 'utf8'));
  const validate = new Ajv2020({ strict: false }).compile(schema);
  expect(validate({ version: 1, layers: { unit: { run: 'npm test' } }, merge: { by: 'people' } })).toBe(true);
  expect(validate({ version: 2 })).toBe(false);
  expect(validate({ version: 1, unknown: true })).toBe(false);
  expect(validate({ version: 1, layers: { e2e: { run: 'x' } } })).toBe(false);
});
