// The lifecycles by the kind of stream they fold.
import { pullLifecycle } from '../decide/pull/pull.ts';
import { ticketLifecycle } from '../decide/ticket/ticket.ts';

export const lifecycles = { ticket: ticketLifecycle, pull: pullLifecycle };
