// An operator ends the work on a ticket by the API: a fact like any other, under the id of the request.
import type { TicketStream } from '../../facts/stream.ts';
import { append } from '../../journal/append.ts';
import type { Enqueue } from '../../journal/enqueue.ts';
import type { Tx } from '../../journal/tables.ts';

export const stopTicket = (
  tx: Tx,
  enqueue: Enqueue,
  stream: TicketStream,
  { by, why, request }: { by: string; why: string; request: string },
) => append(tx, enqueue, { stream, key: `${stream}/api/${request}`, fact: { type: 'TicketStopped', by, why } });
