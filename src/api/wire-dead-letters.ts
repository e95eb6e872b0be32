// Dead letters on the wire: what is answered, what may be asked for.
import { z } from '@hono/zod-openapi';
import { FailureClass } from '../facts/run.ts';
import { deadLetterKinds, deadLetterStates } from '../journal/dead-letter-tables.ts';
import { cursor, limit, next, time, why } from './wire.ts';

const id = z.string().regex(/^\d{1,18}$/, 'must be the id of a dead letter, a number');

export const DeadLetterAnswer = z
  .object({
    id,
    kind: z.enum(deadLetterKinds),
    stream: z.string().nullable().describe('The ticket or pull request; null for a delivery.'),
    what: z.string().describe('The event, command, target, run or fact type in question.'),
    class: FailureClass,
    why: z.string().describe('As the failure said it. It may hold what strangers wrote.'),
    hint: z.string().describe('What helps.'),
    evidence: z.record(z.string(), z.string()).describe('Where to look: GUID, run, workflow run, keys; links to each.'),
    at: time.describe('When it was given up last.'),
    times: z.int().describe('How often it was given up.'),
    state: z.enum(deadLetterStates),
    settledBy: z.string().nullable(),
    settledAt: time.nullable(),
  })
  .openapi('DeadLetter');
export type DeadLetterAnswer = z.infer<typeof DeadLetterAnswer>;
export const DeadLetterPage = z.object({ items: z.array(DeadLetterAnswer), next }).openapi('DeadLetterPage');
export const DeadLetterQuery = z.object({
  kind: z.enum(deadLetterKinds).optional(),
  class: FailureClass.optional(),
  state: z.enum(deadLetterStates).optional(),
  stream: z.string().max(100).optional(),
  limit,
  cursor,
});
export const DeadLetterParams = z.object({ id });
export const SettleContent = z.strictObject({ why }).openapi('Settle');
