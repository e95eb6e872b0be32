// What the read API answers: one schema is type, documentation and, in tests, the check of what is really sent.
import { z } from '@hono/zod-openapi';
import { BudgetUse } from '../facts/budget.ts';
import { ArtifactRecord, FactRecord, PolicyReport, RunRecord, TicketRecord } from '../facts/records.ts';
import { Problem } from '../intake/problem.ts';

export const time = z.iso.datetime();

/** Made here anew: only what is made after zod-openapi was loaded can be named in the document. */
export const TicketAnswer = z.object(TicketRecord.shape).openapi('Ticket');
export const RunAnswer = z.object(RunRecord.shape).openapi('Run');
export const FactAnswer = z.object(FactRecord.shape).openapi('Fact');
export const ArtifactAnswer = z.object(ArtifactRecord.shape).openapi('Artifact');
export const EvidenceAnswer = z
  .looseObject({ version: z.int(), run: z.string() })
  .describe(
    'As its runner wrote it: version 2 is docs/schema/evidence.schema.json. Texts in it may come from strangers.',
  )
  .openapi('Evidence');
export const PolicyReportAnswer = z.object(PolicyReport.shape).openapi('PolicyReport');

const Bound = z.object({
  by: z.string(),
  at: time,
  planDigest: z.string(),
  planCommit: z.string(),
  bodyDigest: z.string(),
  baseRef: z.string(),
  baseDigest: z.string(),
});

export const TicketDetail = TicketAnswer.extend({
  branch: z.string().nullable(),
  approval: Bound.nullable().describe('What the approval is bound to; null while there is none.'),
  revoked: TicketRecord.shape.waitsFor.describe('Why the last approval fell, until the next one.'),
  criteria: z.array(z.object({ id: z.string(), text: z.string() })),
  layers: z.array(z.object({ layer: z.string(), conclusion: z.string(), why: z.string() })),
  budgets: z
    .array(BudgetUse)
    .describe(
      "The ticket's lifetime budgets and its repository's of today, with what is used right now. Costs in millionths of a US dollar; a budget that is not limited is left out.",
    ),
  runList: z.array(RunAnswer),
}).openapi('TicketDetail');

export const DeliveryAnswer = z
  .object({
    guid: z.string(),
    event: z.string(),
    action: z.string().nullable(),
    installation: z.int().nullable(),
    receivedAt: time,
    state: z
      .enum(['stored', 'translated', 'ignored', 'failed'])
      .describe('`stored`: not read yet. `failed`: a redelivery of the same GUID starts it again.'),
    note: z.string().nullable().describe('Why it was ignored or failed.'),
  })
  .openapi('Delivery');

export const next = z.string().nullable().describe('Cursor of the following page; null on the last one.');
export const TicketPage = z.object({ items: z.array(TicketAnswer), next }).openapi('TicketPage');
export const FactPage = z.object({ items: z.array(FactAnswer), next }).openapi('FactPage');

export const ProblemAnswer = z.object(Problem.shape).openapi('Problem');

export const id = (what: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/, `must be ${what}: a whole number`)
    .transform(Number);
export const limit = z
  .string()
  .regex(/^\d{1,4}$/, 'must be a whole number')
  .transform(Number)
  .pipe(z.number().min(1, 'must be at least 1').max(200, 'must be at most 200'))
  .default(50)
  .openapi({ type: 'integer', minimum: 1, maximum: 200, default: 50 });
export const cursor = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'must be `next` of an earlier answer, unchanged')
  .transform(Number)
  .optional()
  .openapi({ type: 'string', description: '`next` of the page before.' });

/** Of every change that is asked for. */
export const why = z
  .string()
  .trim()
  .min(3, 'say why in a few words')
  .max(500, 'keep the reason under 500 characters')
  .describe('Shown to people and kept in the audit.');

export const ItemParams = z.object({
  repo: id('the id of a repository').openapi({ type: 'integer', description: 'Numeric id of the repository.' }),
  number: id('the number of an issue or pull request').openapi({ type: 'integer' }),
});
export const TicketQuery = z.object({
  state: z.enum(['open', 'ended', 'all']).default('open'),
  repo: id('the id of a repository')
    .optional()
    .openapi({ type: 'integer', description: 'Numeric id of a repository.' }),
  limit,
  cursor,
});
export const PageQuery = z.object({ limit, cursor });
export const ArtifactParams = z.object({
  digest: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex'),
});
export const RunParams = z.object({ id: z.string().min(1).max(200) });
export const DeliveryParams = z.object({
  guid: z.string().regex(/^[\x21-\x7e]{1,128}$/, 'must be the value of X-GitHub-Delivery'),
});
