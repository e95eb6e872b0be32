// Orders on one run or one ticket. What may be ordered is what is clear without a person of GitHub: to end it.

import { ticketStream } from '../facts/stream.ts';
import { stopTicket } from '../intake/api/stop-ticket.ts';
import { stopRun } from '../journal/stop-run.ts';
import { readStream } from '../journal/stream.ts';
import { mutate } from './mutation.ts';
import { problem } from './problem.ts';
import { type ApiTools, post } from './route.ts';
import { ItemParams, RunParams } from './wire.ts';
import { CancelContent, RunCanceled, TicketCanceled } from './wire-control.ts';

const routes = {
  run: post('/runs/{id}/cancel', {
    id: 'cancelRun',
    summary: 'Ends a run: its token is dead with the answer, its ticket is blocked until /retry.',
    scope: 'cancel',
    params: { params: RunParams },
    content: CancelContent,
    answer: RunCanceled,
    status: 200,
    refused: { 404: 'No such run.', 409: 'The run has ended before.' },
  }),
  ticket: post('/tickets/{repo}/{number}/cancel', {
    id: 'cancelTicket',
    summary: 'Ends the work on a ticket, as /cancel does. It is told at once and answers within seconds.',
    scope: 'cancel',
    params: { params: ItemParams },
    content: CancelContent,
    answer: TicketCanceled,
    status: 202,
    refused: { 404: 'No such ticket.', 409: 'No work is going on.' },
  }),
};

export function addOrders(tools: ApiTools): void {
  const { api, enqueue } = tools;

  api.openapi(routes.run, (context) => {
    const { id } = context.req.valid('param');
    const content = context.req.valid('json');
    return mutate(context, tools, {
      scope: 'cancel',
      action: 'cancel run',
      why: content.why,
      content,
      async act({ tx, who: by }) {
        const known = await tx.selectFrom('run').select('id').where('id', '=', id).executeTakeFirst();
        if (!known) return problem(404, 'run', 'There is no run with that id.');
        if (!(await stopRun(tx, enqueue, id, { by, why: content.why })))
          return problem(409, 'run', 'That run has ended already.');
        return { status: 200, body: { run: id, state: 'canceled' }, target: `run:${id}` };
      },
    });
  });

  api.openapi(routes.ticket, (context) => {
    const { repo, number } = context.req.valid('param');
    const content = context.req.valid('json');
    return mutate(context, tools, {
      scope: 'cancel',
      action: 'cancel ticket',
      why: content.why,
      content,
      async act({ tx, who: by, request }) {
        const stream = ticketStream(repo, number);
        const known = await readStream(tx, stream);
        if (!known) return problem(404, 'ticket', 'There is no such ticket.');
        if (!known.open) return problem(409, 'ticket', 'No work is going on there.');
        await stopTicket(tx, enqueue, stream, { by, why: content.why, request });
        return { status: 202, body: { ticket: stream }, target: stream };
      },
    });
  });
}
