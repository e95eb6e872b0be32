// What the lists of the API answer: events, runs, leases, deliveries.

import { z } from '@hono/zod-openapi';
import { LeaseRecord } from '../facts/records.ts';
import { RunState } from '../facts/run.ts';
import { DeliveryAnswer, FactAnswer, id, limit, next, RunAnswer } from './wire.ts';

const text = (what: string) => z.string().regex(/^[\x21-\x7e]{1,200}$/, what);
const from = text('must be `next` of an earlier answer, unchanged')
  .optional()
  .openapi({ type: 'string', description: '`next` of the page before.' });

export const EventAnswer = FactAnswer.extend({
  id: z.int().describe('Rises over all streams; an event never appears below one that was shown.'),
}).openapi('Event');
export const EventPage = z
  .object({
    items: z.array(EventAnswer),
    next: z
      .string()
      .nullable()
      .describe('Cursor of what follows, also where nothing does yet; null only where nothing was ever recorded.'),
  })
  .openapi('EventPage');

export const RunPage = z.object({ items: z.array(RunAnswer), next }).openapi('RunPage');

export const LeaseAnswer = z.object(LeaseRecord.shape).openapi('Lease');
export const LeasePage = z.object({ items: z.array(LeaseAnswer), next }).openapi('LeasePage');

export const DeliveryPage = z.object({ items: z.array(DeliveryAnswer), next }).openapi('DeliveryPage');

const repo = id('the id of a repository')
  .optional()
  .openapi({ type: 'integer', description: 'Numeric id of a repository.' });

export const EventQuery = z.object({ repo, type: text('must be the type of a fact').optional(), limit, cursor: from });
export const RunQuery = z.object({ repo, state: RunState.optional(), limit, cursor: from });
export const LeaseQuery = z.object({ repo, limit, cursor: from });
export const DeliveryQuery = z.object({ status: DeliveryAnswer.shape.state.optional(), limit, cursor: from });
