// Lists over everything: events, runs, leases, deliveries. Each page names the next one; the order does not move.
import { listDeliveries, listLeases, readEvents } from '../journal/lists.ts';
import { deliveryAnswer, factAnswer, runAnswer } from './answers.ts';
import { problem } from './problem.ts';
import { listAllRuns } from './read/runs.ts';
import { type ApiTools, get, pageOf } from './route.ts';
import {
  DeliveryPage,
  DeliveryQuery,
  EventPage,
  EventQuery,
  LeasePage,
  LeaseQuery,
  RunPage,
  RunQuery,
} from './wire-lists.ts';

const routes = {
  events: get('/events', {
    id: 'listEvents',
    summary: 'Facts of all tickets and pull requests, oldest first. Follow `next` to hear what happens.',
    request: { query: EventQuery },
    answer: EventPage,
  }),
  runs: get('/runs', {
    id: 'listRuns',
    summary: 'Runs, newest first.',
    request: { query: RunQuery },
    answer: RunPage,
  }),
  leases: get('/leases', {
    id: 'listLeases',
    summary: 'Leases of the runs that have not ended.',
    request: { query: LeaseQuery },
    answer: LeasePage,
  }),
  deliveries: get('/deliveries', {
    id: 'listDeliveries',
    summary: 'Webhooks, newest first.',
    request: { query: DeliveryQuery },
    answer: DeliveryPage,
  }),
};

const wrongCursor = (why: string) =>
  problem(400, 'malformed', 'The request is malformed; problems names each field.', [
    { field: 'cursor', message: why },
  ]);
const unchanged = 'must be `next` of an earlier answer, unchanged';

export function addLists({ api, db }: ApiTools): void {
  api.openapi(routes.events, async (context) => {
    const { limit, cursor, ...filter } = context.req.valid('query');
    if (cursor !== undefined && !/^\d{1,15}$/.test(cursor)) return wrongCursor(unchanged);
    const found = await readEvents(db, { ...filter, after: cursor, limit });
    const last = found.at(-1)?.id;
    const items = found.map((row) => ({ id: row.id, ...factAnswer(row) }));
    return context.json({ items, next: last === undefined ? (cursor ?? null) : String(last) }, 200);
  });

  api.openapi(routes.runs, async (context) => {
    const { limit, cursor, ...filter } = context.req.valid('query');
    const found = await listAllRuns(db, { ...filter, before: cursor, limit: limit + 1 });
    if (!found) return wrongCursor('names a run that does not exist any more; begin again');
    const { shown, next } = pageOf(found, limit, ({ id }) => id);
    return context.json({ items: shown.map(runAnswer), next }, 200);
  });

  api.openapi(routes.leases, async (context) => {
    const { limit, cursor, repo } = context.req.valid('query');
    const found = await listLeases(db, { repo, after: cursor, limit: limit + 1 });
    const { shown, next } = pageOf(found, limit, ({ run }) => run);
    const items = shown.map((lease) => ({
      version: 1 as const,
      ...lease,
      workflowRun: lease.workflowRun ?? null,
      heartbeatAt: lease.heartbeatAt?.toISOString() ?? null,
      leaseUntil: lease.leaseUntil.toISOString(),
    }));
    return context.json({ items, next }, 200);
  });

  api.openapi(routes.deliveries, async (context) => {
    const { limit, cursor, status } = context.req.valid('query');
    if (cursor !== undefined && !/^\d{1,15}\.\d{1,10}$/.test(cursor)) return wrongCursor(unchanged);
    const found = await listDeliveries(db, { status, after: cursor, limit: limit + 1 });
    const { shown, next } = pageOf(found, limit, ({ place }) => place);
    return context.json({ items: shown.map(deliveryAnswer), next }, 200);
  });
}
