// The JSON Schema of `.github/harness.yml`, for editors and for docs/schema/. Written by cli/schema.ts, held by a drift test.
import { z } from 'zod';
import { Policy } from '../facts/policy.ts';

/** Describes what may be written in the file: fields with a default are optional. A new value on each call. */
export const harnessSchema = () => ({
  $id: 'harness.schema.json',
  title: 'Gantry policy (.github/harness.yml)',
  ...z.toJSONSchema(Policy, { io: 'input' }),
});
