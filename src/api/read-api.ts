// What is known of one ticket, pull request, run or delivery, and the list of tickets.
import type { z } from '@hono/zod-openapi';
import { pullStream, ticketStream } from '../facts/stream.ts';
import { describeArtifact, readArtifact } from '../journal/artifact.ts';
import type { Db } from '../journal/tables.ts';
import { artifactAnswer, deliveryAnswer, factAnswer, runAnswer, ticketAnswer, ticketDetail } from './answers.ts';
import { policyReport } from './policy-report.ts';
import { problem } from './problem.ts';
import { ticketBudgets } from './read/budgets.ts';
import { readFacts } from './read/facts.ts';
import { listRuns, readRunItem } from './read/runs.ts';
import { listTickets, readPull, readTicket } from './read/tickets.ts';
import { pullOf, waitsFor } from './read/waiting.ts';
import { type ApiTools, get, pageOf } from './route.ts';
import {
  ArtifactAnswer,
  ArtifactParams,
  DeliveryAnswer,
  DeliveryParams,
  EvidenceAnswer,
  FactPage,
  ItemParams,
  PageQuery,
  PolicyReportAnswer,
  RunAnswer,
  RunParams,
  TicketDetail,
  TicketPage,
  TicketQuery,
} from './wire.ts';

const routes = {
  tickets: get('/tickets', {
    id: 'listTickets',
    summary: 'Tickets, newest first.',
    request: { query: TicketQuery },
    answer: TicketPage,
  }),
  ticket: get('/tickets/{repo}/{number}', {
    id: 'readTicket',
    summary: 'One ticket with its runs.',
    request: { params: ItemParams },
    answer: TicketDetail,
    absent: 'No such ticket.',
  }),
  ticketFacts: get('/tickets/{repo}/{number}/facts', {
    id: 'listTicketFacts',
    summary: 'Everything on record about a ticket, oldest first.',
    request: { params: ItemParams, query: PageQuery },
    answer: FactPage,
    absent: 'No such ticket.',
  }),
  pullFacts: get('/pulls/{repo}/{number}/facts', {
    id: 'listPullFacts',
    summary: 'Everything on record about a pull request, oldest first.',
    request: { params: ItemParams, query: PageQuery },
    answer: FactPage,
    absent: 'No such pull request.',
  }),
  pullReport: get('/pulls/{repo}/{number}/report', {
    id: 'readPolicyReport',
    summary: 'Why the head of a pull request of ours may be merged or not.',
    request: { params: ItemParams },
    answer: PolicyReportAnswer,
    absent: 'No such pull request, or Gantry did not open it.',
  }),
  artifact: get('/artifacts/{digest}', {
    id: 'readArtifact',
    summary: 'What is known of an artifact, without its bytes.',
    request: { params: ArtifactParams },
    answer: ArtifactAnswer,
    absent: 'No such artifact.',
  }),
  run: get('/runs/{id}', {
    id: 'readRun',
    summary: 'One run.',
    request: { params: RunParams },
    answer: RunAnswer,
    absent: 'No such run.',
  }),
  evidence: get('/runs/{id}/evidence', {
    id: 'readRunEvidence',
    summary: 'What is kept of a run beside its result.',
    request: { params: RunParams },
    answer: EvidenceAnswer,
    absent: 'No such run, or it handed in no evidence.',
  }),
  delivery: get('/deliveries/{guid}', {
    id: 'readDelivery',
    summary: 'What became of a webhook.',
    request: { params: DeliveryParams },
    answer: DeliveryAnswer,
    absent: 'No such delivery.',
  }),
};

export function addReads({ api, db, inbox }: ApiTools): void {
  api.openapi(routes.tickets, async (context) => {
    const { state, repo, limit, cursor } = context.req.valid('query');
    const found = await listTickets(db, { state, repository: repo, before: cursor, limit: limit + 1 });
    const { shown, next } = pageOf(found, limit, ({ first }) => String(first));
    const items = await Promise.all(
      shown.map(async (ticket) => ticketAnswer(ticket, waitsFor(ticket, await pullOf(db, ticket)))),
    );
    return context.json({ items, next }, 200);
  });

  api.openapi(routes.ticket, async (context) => {
    const { repo, number } = context.req.valid('param');
    const ticket = await readTicket(db, repo, number);
    if (!ticket)
      return problem(
        404,
        'ticket',
        'There is no such ticket: nobody has asked for work on that issue, or the id of the repository is another one.',
      );
    const [pull, runs, budgets] = await Promise.all([
      pullOf(db, ticket),
      listRuns(db, ticket.stream),
      ticketBudgets(db, ticket),
    ]);
    return context.json(ticketDetail(ticket, waitsFor(ticket, pull), runs, budgets), 200);
  });

  api.openapi(routes.ticketFacts, async (context) => {
    const { repo, number } = context.req.valid('param');
    if (!(await readTicket(db, repo, number))) return problem(404, 'ticket', 'There is no such ticket.');
    return context.json(await factPage(db, ticketStream(repo, number), context.req.valid('query')), 200);
  });

  api.openapi(routes.pullFacts, async (context) => {
    const { repo, number } = context.req.valid('param');
    if (!(await readPull(db, repo, number))) return problem(404, 'pull', 'There is no such pull request.');
    return context.json(await factPage(db, pullStream(repo, number), context.req.valid('query')), 200);
  });

  api.openapi(routes.pullReport, async (context) => {
    const { repo, number } = context.req.valid('param');
    const pull = await readPull(db, repo, number);
    const report = pull && policyReport(pull);
    return report
      ? context.json(report, 200)
      : problem(404, 'pull', 'There is no such pull request, or Gantry did not open it: then its checks say all.');
  });

  api.openapi(routes.artifact, async (context) => {
    const { digest } = context.req.valid('param');
    const found = await describeArtifact(db, digest);
    return found
      ? context.json(artifactAnswer(digest, found), 200)
      : problem(404, 'artifact', 'No artifact with that digest is stored: it never was, or it expired.');
  });

  api.openapi(routes.run, async (context) => {
    const run = await readRunItem(db, context.req.valid('param').id);
    return run ? context.json(runAnswer(run), 200) : problem(404, 'run', 'There is no run with that id.');
  });

  api.openapi(routes.evidence, async (context) => {
    const run = await readRunItem(db, context.req.valid('param').id);
    const digest = run?.handedIn.evidence;
    const stored = digest === undefined ? undefined : await readArtifact(db, digest);
    const read = stored && readEvidence(stored.bytes);
    return read
      ? context.json(read, 200)
      : problem(
          404,
          'evidence',
          'There is no run with that id, or no evidence of it: it handed in none, or it expired.',
        );
  });

  api.openapi(routes.delivery, async (context) => {
    const entry = await inbox.read(context.req.valid('param').guid);
    return entry
      ? context.json(deliveryAnswer(entry), 200)
      : problem(
          404,
          'delivery',
          'No delivery with that GUID is stored: it never arrived, or it is older than the inbox keeps.',
        );
  });
}

/** A runner wrote it: undefined where it is not what it should be. */
function readEvidence(bytes: Buffer): z.infer<typeof EvidenceAnswer> | undefined {
  try {
    return EvidenceAnswer.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    // Only JSON.parse throws here.
    return undefined;
  }
}

async function factPage(
  db: Db,
  stream: Parameters<typeof readFacts>[1][number],
  { limit, cursor }: { limit: number; cursor?: number | undefined },
) {
  const found = await readFacts(db, [stream], { ...(cursor !== undefined && { after: cursor }), limit: limit + 1 });
  const { shown, next } = pageOf(found, limit, ({ id }) => String(id));
  return { items: shown.map(factAnswer), next };
}
