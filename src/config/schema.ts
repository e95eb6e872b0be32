// Every JSON Schema of docs/schema, by file. Written by cli/schema.ts, held by a drift test.
import { z } from 'zod';
import { Policy } from '../facts/policy.ts';
import { records } from '../facts/records.ts';

/** Describes what may be written in `.github/harness.yml`: fields with a default are optional. A new value on each call. */
export const harnessSchema = () => ({
  $id: 'harness.schema.json',
  title: 'Gantry policy (.github/harness.yml)',
  ...z.toJSONSchema(Policy, { io: 'input' }),
});

/** File name to schema. */
export const schemaFiles = (): Readonly<Record<string, object>> => ({
  'harness.schema.json': harnessSchema(),
  ...Object.fromEntries(
    Object.entries(records).map(([name, { title, schema }]) => {
      const file = `${name}.schema.json`;
      return [file, { $id: file, title, ...z.toJSONSchema(schema) }];
    }),
  ),
});
