// A control plane for runners and nothing else: real door, real journal in memory, real issuer, a gateway of the test's own.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { JWTPayload } from 'jose';
import type { GatewayTruth } from '../../../adapters/agent/contract.ts';
import { Assignment } from '../../../src/facts/run.ts';
import { type StreamId, ticketStream } from '../../../src/facts/stream.ts';
import { TicketFact } from '../../../src/facts/ticket.ts';
import { createRunnerDoor } from '../../../src/intake/runner/door.ts';
import { admit } from '../../../src/journal/admit.ts';
import { append } from '../../../src/journal/append.ts';
import { type Journal, openJournal } from '../../../src/journal/database.ts';
import { bindWorkflowRun, type RunRow } from '../../../src/journal/lease.ts';
import { freshPglite } from '../../world/pglite.ts';
import { startIssuer } from './issuer.ts';

export const repository = { installation: 1, id: 7001, owner: 'acme', name: 'parcel-rates' };
export const botId = 4242;
export const reusable = 'gantry-dev/gantry/.github/workflows/gantry.yml';
export const pinned = 'c'.repeat(40);

/** As GitHub sends them for the job that the dispatcher asked for. */
export const rightClaims = (workflowRun: number): JWTPayload => ({
  repository: 'acme/parcel-rates',
  repository_id: '7001',
  repository_owner: 'acme',
  repository_owner_id: '55',
  event_name: 'workflow_dispatch',
  ref: 'refs/heads/main',
  workflow_ref: 'acme/parcel-rates/.github/workflows/gantry.yml@refs/heads/main',
  job_workflow_ref: `${reusable}@${pinned}`,
  job_workflow_sha: pinned,
  actor_id: String(botId),
  run_id: String(workflowRun),
  run_attempt: '1',
  check_run_id: '88001',
  runner_environment: 'self-hosted',
});

/** Sees what a runner asks before the door does; what it answers itself never gets there. */
type Watch = (request: Request, pass: () => Promise<void>) => Promise<Response | undefined>;

type Gateway = (request: Request, run: RunRow) => Promise<Response>;

export async function startPlane() {
  const errors: unknown[] = [];
  const refused: string[] = [];
  const journal: Journal = await openJournal(await freshPglite(), (error) => errors.push(error));
  const state: {
    gateway: Gateway;
    watch?: Watch | undefined;
    truth?: (run: RunRow) => Promise<GatewayTruth>;
    leaseSeconds: number;
  } = {
    gateway: async () => new Response('no gateway', { status: 500 }),
    leaseSeconds: 60,
  };
  let url = '';
  const issuer = await startIssuer(() => url);
  const app = new Hono();
  const front = serve({ hostname: '127.0.0.1', port: 0, fetch: app.fetch }) as Server;
  if (!front.listening) await once(front, 'listening');
  url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  app.use('/runner/*', async ({ req }, next) => (state.watch ? state.watch(req.raw, next) : next()));
  app.route(
    '/runner',
    createRunnerDoor({
      ...{ db: journal.db, enqueue: journal.enqueue, publicUrl: url, issuer: issuer.url, allowUnboxed: true },
      rules: { reusable, reusableSha: pinned, caller: 'gantry.yml' },
      botId: async () => botId,
      defaultBranch: async () => 'main',
      ownerId: async () => 55,
      leaseSeconds: () => state.leaseSeconds,
      gateway: (request, run) => state.gateway(request, run),
      truth: async (run) => (await state.truth?.(run)) ?? { calls: [], spent: false },
      onRefused: (why) => refused.push(why),
      onStranger: (_, why) => refused.push(why),
      onError: (error) => errors.push(error),
    }),
  );
  return {
    url,
    issuer,
    journal,
    state,
    errors,
    /** What the door told its log. */
    refused,
    /** An admitted run, bound to its workflow run. */
    async addRun(assignment: Partial<Assignment> & Pick<Assignment, 'run'>, workflowRun?: number): Promise<StreamId> {
      const issue = assignment.ticket?.number ?? 1;
      const stream = ticketStream(repository.id, issue);
      const fact = { type: 'MembersChanged', login: 'mona' } as const;
      const key = `seed:${assignment.run}`;
      await journal.db.transaction().execute((tx) => append(tx, journal.enqueue, { stream, repository, key, fact }));
      const run = {
        id: assignment.run,
        stream,
        repo: repository.id,
        assignment: anAssignment(assignment),
        seconds: 60,
      };
      const admitted = await admit(journal.db, run, { repository: 50, total: 50 });
      if (!('claimed' in admitted)) throw new Error(JSON.stringify(admitted));
      if (workflowRun !== undefined) await bindWorkflowRun(journal.db, assignment.run, workflowRun);
      return stream;
    },
    facts: async (stream: StreamId): Promise<TicketFact[]> =>
      (await journal.db.selectFrom('fact').select('body').where('stream', '=', stream).orderBy('id').execute()).map(
        ({ body }) => TicketFact.parse(body),
      ),
    async close() {
      front.close();
      front.closeAllConnections();
      await issuer.close();
      await journal.close();
    },
  };
}
export type Plane = Awaited<ReturnType<typeof startPlane>>;

export const anAssignment = (over: Partial<Assignment> & Pick<Assignment, 'run'>): Assignment =>
  Assignment.parse({
    fence: 1,
    stage: 'plan',
    repository: { id: repository.id, fullName: 'acme/parcel-rates', gitUrl: 'http://127.0.0.1:9/none.git' },
    ticket: {
      number: 1,
      title: 'Bulk discount',
      body: 'Ten percent.',
      criteria: [{ id: 'AC-1', text: 'It is cheaper.' }],
    },
    start: 'a'.repeat(40),
    agent: { name: 'codex' },
    egress: [],
    layers: {},
    budget: { wallSeconds: 120, tokens: 100_000, ticketTokens: 1_000_000 },
    heartbeatSeconds: 1,
    ...over,
  });
