// The inbox whose stored deliveries begin their trace, whichever way they came: through the door or from GitHub's log.
import type { Tracer } from '../../adapters/tracer/contract.ts';
import type { Inbox } from './inbox.ts';

export const tracedInbox = (inbox: Inbox, tracer: Pick<Tracer, 'tell'>): Inbox => ({
  ...inbox,
  async store(delivery) {
    const began = performance.now();
    const outcome = await inbox.store(delivery);
    const { guid, event, action } = delivery;
    // A repetition is no second beginning: the delivery has its root already.
    if (outcome === 'stored') tracer.tell('receive', { delivery_id: guid, event, action }, performance.now() - began);
    return outcome;
  },
});
