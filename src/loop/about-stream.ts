// What a line about a stream says of it: its ticket, where that stands, and who works on it.

import type { PullState } from '../decide/pull/state.ts';
import { liveRun, policyOf, type TicketState } from '../decide/ticket/state.ts';
import { type About, aboutStreamId } from '../facts/about.ts';
import { parseStream, ticketStream } from '../facts/stream.ts';
import type { StreamRow } from '../journal/stream.ts';
import { lifecycles } from './lifecycles.ts';

/** A row that an older version folded, or nobody yet, says only which one it is. */
export function aboutStream({ id, version, state }: Pick<StreamRow, 'id' | 'version' | 'state'>): About {
  const about = parseStream(id);
  const known = aboutStreamId(id);
  if (!about || version !== lifecycles[about.kind].version) return known;
  if (about.kind === 'ticket') return { ...known, ...ofTicket(state as TicketState) };
  const { ticket } = state as PullState;
  return ticket ? { ...known, ticket_id: ticketStream(about.repository, ticket.issue), state: ticket.stage } : known;
}

function ofTicket(state: TicketState): About {
  const run = liveRun(state);
  return { state: state.stage.name, harness: policyOf(state).agent, ...(run !== undefined && { run_id: run }) };
}
